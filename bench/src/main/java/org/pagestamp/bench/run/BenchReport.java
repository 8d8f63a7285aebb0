package org.pagestamp.bench.run;

import java.util.List;

/**
 * What a run measured.
 *
 * @param machine where
 * @param effort how long: quick or full
 * @param forks JVMs for each scenario
 * @param results one for each scenario
 */
public record BenchReport(Machine machine, String effort, int forks, List<ScenarioResult> results) {

  /** How many rows have a bar. */
  public long bars() {
    return results.stream().flatMap(each -> each.rows().stream()).filter(Row::hasBar).count();
  }

  /** How many rows are above their bar. */
  public long missed() {
    return results.stream().flatMap(each -> each.rows().stream()).filter(Row::isMissed).count();
  }
}
