/** Nanoseconds by JMH: {@link org.pagestamp.bench.WalkBenchmark}. */
package org.pagestamp.bench;
