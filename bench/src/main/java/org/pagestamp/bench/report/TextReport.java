package org.pagestamp.bench.report;

import java.util.Locale;
import org.pagestamp.bench.run.BenchReport;
import org.pagestamp.bench.run.Machine;
import org.pagestamp.bench.run.Row;
import org.pagestamp.bench.run.ScenarioResult;

/** Results for a terminal. */
public final class TextReport {
  private TextReport() {}

  /** What the columns are. */
  public static String legend(int forks) {
    return String.format(
        Locale.ROOT,
        "median [quartiles] {lowest-highest median of %d JVM%s}  bar%n",
        forks,
        forks == 1 ? "" : "s");
  }

  /** One scenario: its title and a line for each row. */
  public static String scenario(ScenarioResult result) {
    StringBuilder text = new StringBuilder();
    text.append(String.format("%n%s: %s%n", result.name(), result.title()));
    if (!result.skipped().isEmpty()) {
      text.append(String.format("  not measured: %s%n", result.skipped()));
    }
    for (Row row : result.rows()) {
      String line =
          String.format(
              Locale.ROOT,
              "  %-45s %12s [%s] {%s}  %s",
              row.reading().label(),
              Numbers.median(row),
              Numbers.quartiles(row),
              Numbers.range(row),
              Numbers.bar(row));
      text.append(line.stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }

  /** The machine. */
  public static String machine(Machine machine) {
    return String.format(
        Locale.ROOT,
        "%n%s, %d cores, %s%n%s%nC compiler: %s%n",
        machine.cpu(),
        machine.cores(),
        machine.system(),
        machine.jdk(),
        machine.compiler());
  }

  /** The last lines: bars missed, and how many were met. */
  public static String verdict(BenchReport report) {
    StringBuilder text = new StringBuilder(System.lineSeparator());
    for (ScenarioResult result : report.results()) {
      for (Row row : result.rows()) {
        if (row.isMissed()) {
          text.append(
              String.format(
                  "missed: %s, %s: %s, %s%n",
                  result.name(),
                  row.reading().label(),
                  Numbers.median(row),
                  Numbers.bar(row).replace(" missed", "")));
        }
      }
    }
    return text.append(
            String.format(
                Locale.ROOT,
                "%d bars met, %d missed%n",
                report.bars() - report.missed(),
                report.missed()))
        .toString();
  }
}
