/**
 * Conformance of walkers: streams of walk vectors, the engines that run them, and the judge.
 *
 * <p>A vector says what one access does: registers, memory slots, table entries, the access, its
 * outcome, and the entries afterwards. {@link org.pagestamp.conformance.VectorReader} reads them,
 * {@link org.pagestamp.conformance.VectorRun} walks each with an {@link
 * org.pagestamp.conformance.Engine} over a kind of memory and compares everything a guest could
 * notice. {@link org.pagestamp.conformance.VectorSet} names the vectors shipped with the library.
 */
package org.pagestamp.conformance;
