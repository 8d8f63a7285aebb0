package org.pagestamp.bench.report;

import java.util.List;
import java.util.Locale;
import org.pagestamp.bench.run.BenchReport;
import org.pagestamp.bench.run.Machine;
import org.pagestamp.bench.run.Row;
import org.pagestamp.bench.run.ScenarioResult;
import org.pagestamp.bench.scenario.Group;

/** Results as tables of Markdown. */
public final class MarkdownReport {
  private MarkdownReport() {}

  /** The bars, then all rows by group, then the machine; lines end with a line feed. */
  public static String of(BenchReport report) {
    StringBuilder text = new StringBuilder();
    bars(report, text);
    for (Group group : Group.values()) {
      List<ScenarioResult> results =
          report.results().stream().filter(result -> result.group() == group).toList();
      if (!results.isEmpty()) {
        text.append("\n### ").append(group.title()).append("\n");
        results.forEach(result -> scenario(result, text));
      }
    }
    machine(report, text);
    return text.toString();
  }

  private static void bars(BenchReport report, StringBuilder text) {
    text.append("| scenario | ratio or value | measured | JVMs | bar | |\n");
    text.append("|---|---|--:|--:|--:|---|\n");
    for (ScenarioResult result : report.results()) {
      for (Row row : result.rows()) {
        if (row.hasBar()) {
          text.append(
              String.format(
                  Locale.ROOT,
                  "| %s | %s | %s | %s | %s | %s |%n",
                  result.name(),
                  row.reading().label(),
                  Numbers.median(row),
                  Numbers.range(row),
                  Numbers.number(row.bar(), row.reading().unit()),
                  row.isMissed() ? "**missed**" : "met"));
        }
      }
    }
  }

  private static void scenario(ScenarioResult result, StringBuilder text) {
    text.append(String.format("%n`%s`: %s%n%n", result.name(), result.title()));
    if (!result.skipped().isEmpty()) {
      text.append("Not measured: ").append(result.skipped()).append("\n");
      return;
    }
    text.append("| | median | quartiles | JVMs |\n|---|--:|--:|--:|\n");
    for (Row row : result.rows()) {
      text.append(
          String.format(
              "| %s | %s | %s | %s |%n",
              row.reading().label(),
              Numbers.median(row),
              Numbers.quartiles(row),
              Numbers.range(row)));
    }
  }

  private static void machine(BenchReport report, StringBuilder text) {
    Machine machine = report.machine();
    text.append("\n### Machine\n\n");
    text.append(
        String.format(
            Locale.ROOT,
            "%s, %d cores, %s; %s; C compiler: %s; %s run, %d JVMs for each scenario.%n",
            machine.cpu(),
            machine.cores(),
            machine.system(),
            machine.jdk(),
            machine.compiler(),
            report.effort(),
            report.forks()));
  }
}
