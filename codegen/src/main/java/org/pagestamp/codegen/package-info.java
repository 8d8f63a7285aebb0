/** The generator: stamps a hidden walker class for a role and a slot layout. */
package org.pagestamp.codegen;
