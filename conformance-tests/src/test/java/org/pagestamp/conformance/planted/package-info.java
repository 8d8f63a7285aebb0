/**
 * Proof that the conformance suite bites: faults planted in the sources of the walkers, each
 * switched on alone, each to be noticed.
 *
 * <p>Test code, since it needs what only a checkout has: the sources of {@code runtime} and {@code
 * codegen}, and a compiler.
 */
package org.pagestamp.conformance.planted;
