package org.pagestamp.bench.run;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pagestamp.bench.scenario.Scenario;
import org.pagestamp.bench.scenario.Scenarios;

/**
 * What a run measured.
 *
 * @param machine where
 * @param effort how long: quick or full
 * @param forks JVMs for each scenario
 * @param results one for each scenario
 */
public record BenchReport(Machine machine, String effort, int forks, List<ScenarioResult> results) {

  /**
   * The results of both, in the order of the scenarios; of a scenario that both have, the later.
   *
   * @throws IllegalArgumentException if machine, effort or number of JVMs differ, so that a reader
   *     would take numbers for comparable that are not
   */
  public BenchReport with(BenchReport later) {
    if (!machine.equals(later.machine)) {
      throw new IllegalArgumentException("other machine: " + later.machine + ", not " + machine);
    }
    if (!effort.equals(later.effort) || forks != later.forks) {
      throw new IllegalArgumentException(
          "other effort: %s, %d JVM(s), not %s, %d JVM(s)"
              .formatted(later.effort, later.forks, effort, forks));
    }
    Map<String, ScenarioResult> byName = new LinkedHashMap<>();
    results.forEach(result -> byName.put(result.name(), result));
    later.results.forEach(result -> byName.put(result.name(), result));
    List<String> order = Scenarios.all().stream().map(Scenario::name).toList();
    List<ScenarioResult> all = new ArrayList<>(byName.values());
    all.sort(
        Comparator.comparingInt(
            result -> order.contains(result.name()) ? order.indexOf(result.name()) : order.size()));
    return new BenchReport(machine, effort, forks, all);
  }

  /** How many rows have a bar. */
  public long bars() {
    return results.stream().flatMap(each -> each.rows().stream()).filter(Row::hasBar).count();
  }

  /** How many rows are above their bar. */
  public long missed() {
    return results.stream().flatMap(each -> each.rows().stream()).filter(Row::isMissed).count();
  }
}
