package org.pagestamp.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.pagestamp.bench.engine.Engine;
import org.pagestamp.bench.run.BenchReport;
import org.pagestamp.bench.run.Row;
import org.pagestamp.bench.run.ScenarioResult;
import org.pagestamp.bench.scenario.Group;

/** Which ratios are plotted together: those of a group that have the same yardstick. */
public final class Plots {
  private Plots() {}

  /** SVG documents by file name. */
  public static Map<String, String> of(BenchReport report) {
    Map<String, String> plots = new LinkedHashMap<>();
    for (Group group : Group.values()) {
      Map<String, List<RatioPlot.Line>> byYardstick = new LinkedHashMap<>();
      for (ScenarioResult result : report.results()) {
        if (result.group() == group) {
          result.rows().forEach(row -> add(byYardstick, result, row));
        }
      }
      if (byYardstick.containsKey(Engine.CHASE_C.label())) {
        byYardstick.remove(Engine.CHASE_JAVA.label()); // would show the same again
      }
      byYardstick.forEach(
          (yardstick, lines) ->
              plots.put(
                  fileName(group, yardstick),
                  RatioPlot.svg(group.title() + ": time / time of " + yardstick, lines)));
    }
    return plots;
  }

  private static void add(
      Map<String, List<RatioPlot.Line>> byYardstick, ScenarioResult result, Row row) {
    String yardstick = row.reading().yardstick();
    if (!yardstick.isEmpty()) {
      String label = result.name() + ": " + row.reading().subject();
      List<RatioPlot.Line> lines = byYardstick.computeIfAbsent(yardstick, key -> new ArrayList<>());
      if (lines.isEmpty() || !lines.getLast().label().equals(label)) {
        lines.add(new RatioPlot.Line(label, new ArrayList<>()));
      }
      lines.getLast().rows().add(row);
    }
  }

  private static String fileName(Group group, String yardstick) {
    return (group + "-" + yardstick).toLowerCase(Locale.ROOT).replaceAll("[ _]", "-") + ".svg";
  }
}
