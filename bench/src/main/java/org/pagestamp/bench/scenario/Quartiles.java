package org.pagestamp.bench.scenario;

import java.util.Arrays;

/**
 * The middle half of a sample.
 *
 * @param lower lower quartile
 * @param median median
 * @param upper upper quartile
 */
public record Quartiles(double lower, double median, double upper) {
  /**
   * Of a sample in any order.
   *
   * @throws IllegalArgumentException if it is empty
   */
  public static Quartiles of(double[] sample) {
    if (sample.length == 0) {
      throw new IllegalArgumentException("an empty sample");
    }
    double[] sorted = sample.clone();
    Arrays.sort(sorted);
    return new Quartiles(at(sorted, 0.25), at(sorted, 0.5), at(sorted, 0.75));
  }

  private static double at(double[] sorted, double part) {
    return sorted[(int) Math.round(part * (sorted.length - 1))];
  }
}
