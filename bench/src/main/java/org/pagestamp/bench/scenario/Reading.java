package org.pagestamp.bench.scenario;

/**
 * One number that one JVM read, with its spread.
 *
 * @param subject what was measured: an engine, or what a value is of
 * @param yardstick the engine it was divided by; empty if it is no ratio of engines
 * @param loop {@code dependent} or {@code independent}; empty if walks are not what was measured
 * @param unit what the numbers count
 * @param lower lower quartile
 * @param median median
 * @param upper upper quartile
 */
public record Reading(
    String subject,
    String yardstick,
    String loop,
    Unit unit,
    double lower,
    double median,
    double upper) {

  static Reading of(Comparison comparison, double[] ratios) {
    Quartiles q = Quartiles.of(ratios);
    return new Reading(
        comparison.variant().label(),
        comparison.yardstick().label(),
        comparison.loop(),
        Unit.RATIO,
        q.lower(),
        q.median(),
        q.upper());
  }

  static Reading of(String subject, Unit unit, double... sample) {
    Quartiles q = Quartiles.of(sample);
    return new Reading(subject, "", "", unit, q.lower(), q.median(), q.upper());
  }

  /** For example {@code generated/chase C, dependent}; tells readings of a scenario apart. */
  public String label() {
    return subject
        + (yardstick.isEmpty() ? "" : "/" + yardstick)
        + (loop.isEmpty() ? "" : ", " + loop);
  }
}
