package org.pagestamp.conformance.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.pagestamp.walk.WalkTrace;

/** A report as text: the matrix, and failures. */
public final class TextReport {
  private static final int GROUP = 0;
  private static final int MODE = 1;

  private TextReport() {}

  /**
   * The matrix of modes, groups and engines, a line for each mode and group, with counts and times,
   * and what the run left out.
   */
  public static String matrix(RunReport report) {
    List<String> engines = report.cells().stream().map(Cell::engine).distinct().toList();
    Map<List<String>, Map<String, Cell>> rows = rows(report);
    List<List<String>> lines = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("group", "mode"));
    head.addAll(engines);
    lines.add(head);
    rows.forEach(
        (key, cells) -> {
          List<String> line = new ArrayList<>(List.of(key.get(GROUP), key.get(MODE)));
          engines.forEach(engine -> line.add(text(cells.get(engine))));
          lines.add(line);
        });
    StringBuilder text = new StringBuilder();
    int[] widths = new int[head.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    for (List<String> line : lines) {
      StringBuilder padded = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        padded.append(String.format("%-" + widths[i] + "s  ", line.get(i)));
      }
      text.append(padded.toString().stripTrailing()).append('\n');
    }
    remarks(report).forEach(remark -> text.append(remark).append('\n'));
    return text.toString();
  }

  /** Cells by group and mode, empty rows left out. */
  static Map<List<String>, Map<String, Cell>> rows(RunReport report) {
    Map<List<String>, Map<String, Cell>> rows = new LinkedHashMap<>();
    for (Cell cell : report.cells()) {
      if (cell.passed() + cell.failed() + cell.skipped() != 0) {
        rows.computeIfAbsent(List.of(cell.group(), cell.mode()), _ -> new LinkedHashMap<>())
            .put(cell.engine(), cell);
      }
    }
    return rows;
  }

  private static String text(Cell cell) {
    if (cell == null) {
      return "-";
    }
    if (cell.passed() + cell.failed() == 0) {
      return count(cell.skipped()) + " skipped";
    }
    return count(cell.passed())
        + (cell.failed() == 0 ? "" : ", " + count(cell.failed()) + " FAILED")
        + (cell.cutShort() ? " and more" : "")
        + (cell.skipped() == 0 ? "" : ", " + count(cell.skipped()) + " skipped")
        + String.format(Locale.ROOT, "  %.1f s", cell.nanos() / 1e9);
  }

  /** What a reader must know besides the counts, a line each. */
  static List<String> remarks(RunReport report) {
    List<String> remarks = new ArrayList<>();
    if (report.skipped() != 0) {
      remarks.add(
          count(report.skipped())
              + " cases skipped: they do not apply to the engine, or are of roles that it does not"
              + " know");
    }
    if (report.interrupted()) {
      remarks.add(
          "INTERRUPTED: what there was until then. To go on: --seed "
              + report.resumeSeed()
              + " --walks "
              + report.walksLeft());
    }
    return remarks;
  }

  /** For example {@code 2100 passed, 0 failed}. */
  public static String verdict(RunReport report) {
    return report.passed() + " passed, " + report.failed() + " failed";
  }

  /** A failure: who, what is wrong, how it ought to be, and the vector. */
  public static String failure(RunFailure failure) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format("FAILED: %s, %s, %s%n", failure.group(), failure.mode(), failure.subject()));
    failure.problems().forEach(problem -> text.append(String.format("  %s%n", problem)));
    failure
        .right()
        .map(WalkTrace::toString)
        .ifPresent(
            trace -> {
              text.append(String.format("  as the reference walker explains it:%n"));
              trace.lines().forEach(line -> text.append(String.format("    %s%n", line)));
            });
    if (failure.vector().isPresent() && !failure.recurs()) {
      text.append(
          String.format(
              "  the vector alone does not fail: it takes what came before it, or interference%n"));
    }
    failure.json().ifPresent(json -> text.append(String.format("%s%n", json)));
    return text.toString();
  }

  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  static String time(long nanos) {
    Duration time = Duration.ofNanos(nanos);
    return time.toMinutes() > 0
        ? String.format(Locale.ROOT, "%d min %02d s", time.toMinutes(), time.toSecondsPart())
        : String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }
}
