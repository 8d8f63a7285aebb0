package org.pagestamp.bench.run;

/** Hears how a run gets on. */
public interface BenchListener {
  /** Hears nothing. */
  BenchListener SILENT =
      new BenchListener() {
        @Override
        public void begins(String what) {}

        @Override
        public void measured(ScenarioResult result) {}
      };

  /**
   * A JVM begins: scenario and number.
   *
   * @param what in words
   */
  void begins(String what);

  /** All JVMs of a scenario are done. */
  void measured(ScenarioResult result);
}
