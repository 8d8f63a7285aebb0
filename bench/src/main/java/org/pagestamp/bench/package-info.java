/**
 * Measurements of the walkers: a page-table image, one loop of walks for each engine over it, and
 * two ways to time the loops: {@link org.pagestamp.bench.WalkBenchmark JMH} for nanoseconds, {@link
 * org.pagestamp.bench.PairedRun paired runs} for ratios.
 */
package org.pagestamp.bench;
