package org.pagestamp.bench.scenario;

import java.util.List;
import java.util.function.Consumer;

/** One entry of the table of measurements. */
public interface Scenario {
  /** The name by which it is chosen: lower case, digits and hyphens. */
  String name();

  /** What is measured, in words. */
  String title();

  /** With which others it is shown. */
  Group group();

  /** Whether a quick run measures it. */
  boolean isQuick();

  /** What its readings are held against. */
  List<Bar> bars();

  /** Options of the JVMs that measure it; none as a rule. */
  default List<String> jvmOptions() {
    return List.of();
  }

  /**
   * Measures, in a JVM that has measured nothing else.
   *
   * @param effort how long
   * @param zero 0, which the compiler must not know
   * @param readings takes each reading as soon as it is there
   * @return a number that depends on every walk; printing it keeps them from being optimized away
   * @throws UnsupportedOperationException if the machine cannot hold the scenario
   * @throws IllegalStateException if an engine's answers are not the reference's
   */
  long measure(Effort effort, long zero, Consumer<Reading> readings);
}
