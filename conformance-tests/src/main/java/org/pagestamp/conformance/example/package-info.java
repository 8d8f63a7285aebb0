/** A foreign walker connected to the conformance kit, with mistakes to be found. */
package org.pagestamp.conformance.example;
