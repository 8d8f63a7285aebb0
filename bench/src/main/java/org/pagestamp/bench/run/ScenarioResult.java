package org.pagestamp.bench.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pagestamp.bench.scenario.Group;
import org.pagestamp.bench.scenario.Reading;
import org.pagestamp.bench.scenario.Scenario;

/**
 * What a scenario's JVMs read.
 *
 * @param name the scenario's name
 * @param title what was measured, in words
 * @param group with which others it is shown
 * @param rows its readings; none if it was not measured
 * @param skipped why it was not measured, or empty
 */
public record ScenarioResult(
    String name, String title, Group group, List<Row> rows, String skipped) {

  static ScenarioResult of(Scenario scenario, List<Reading> readings) {
    Map<String, List<Reading>> byLabel = new LinkedHashMap<>();
    for (Reading reading : readings) {
      byLabel.computeIfAbsent(reading.label(), label -> new ArrayList<>()).add(reading);
    }
    List<String> labels = List.copyOf(byLabel.keySet());
    return new ScenarioResult(
        scenario.name(),
        scenario.title(),
        scenario.group(),
        byLabel.values().stream().map(each -> Row.of(each, scenario.bars(), labels)).toList(),
        "");
  }

  static ScenarioResult skipped(Scenario scenario, String reason) {
    return new ScenarioResult(
        scenario.name(), scenario.title(), scenario.group(), List.of(), reason);
  }
}
