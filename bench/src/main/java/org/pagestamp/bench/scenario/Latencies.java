package org.pagestamp.bench.scenario;

import java.util.Arrays;

/** Times of single events, all kept; takes its memory before the first. */
final class Latencies {
  private static final double MICRO = 1e3;

  private final long[] nanos;
  private int count;
  private boolean sorted;

  /** Room for so many. */
  Latencies(int room) {
    nanos = new long[room];
    Arrays.fill(nanos, 1); // so that the pages are there, and no event waits for one
  }

  void add(long duration) {
    nanos[count++] = duration;
  }

  /**
   * The time that this part of the events did not exceed, in microseconds; call when all are there.
   *
   * @param part 1 for the longest
   */
  double micros(double part) {
    if (!sorted) {
      Arrays.sort(nanos, 0, count);
      sorted = true;
    }
    return nanos[Math.max(0, (int) Math.ceil(part * count) - 1)] / MICRO;
  }
}
