/** Readers of guest captures and vectors. */
package org.pagestamp.conformance;
