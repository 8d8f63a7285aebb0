package org.pagestamp.bench;

import java.util.Arrays;

/** Lower quartile, median and upper quartile of a sample. */
record Quartiles(double lower, double median, double upper) {
  static Quartiles of(double[] sample) {
    double[] sorted = sample.clone();
    Arrays.sort(sorted);
    return new Quartiles(at(sorted, 0.25), at(sorted, 0.5), at(sorted, 0.75));
  }

  private static double at(double[] sorted, double part) {
    return sorted[(int) Math.round(part * (sorted.length - 1))];
  }
}
