package org.pagestamp.conformance.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkStep;
import org.pagestamp.walk.WalkTrace;

/** A report as one HTML page that needs nothing else. */
public final class HtmlReport {
  private static final int SHOWN_IN_FULL = 10;

  private static final String STYLE =
      """
      :root { color-scheme: light dark; --line: #8885; --good: #1a7f37; --bad: #cf222e; }
      body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto;
        padding: 0 1rem; }
      h1 { margin-bottom: 0; } h2 { margin-top: 2.5rem; }
      .verdict { font-size: 1.3rem; font-weight: 600; margin: .3rem 0 1rem; }
      td span { display: block; }
      .good { color: var(--good); } .bad { color: var(--bad); } .dim { opacity: .65; }
      table { border-collapse: collapse; margin: .7rem 0; }
      th, td { text-align: left; padding: .25rem .7rem; border: 1px solid var(--line);
        vertical-align: top; }
      th { background: #8881; } td.n { text-align: right; font-variant-numeric: tabular-nums; }
      code, pre, td.x { font-family: ui-monospace, monospace; font-size: 13px; }
      pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #8881; padding: .7rem; }
      section { border-left: 4px solid var(--bad); padding-left: 1rem; margin: 2rem 0; }
      .wide { overflow-x: auto; }
      """;

  private final RunReport report;
  private final String command;
  private final StringBuilder html = new StringBuilder();

  private HtmlReport(RunReport report, String command) {
    this.report = report;
    this.command = command;
  }

  /**
   * The page.
   *
   * @param command the command line that makes this run again
   */
  public static String of(RunReport report, String command) {
    return new HtmlReport(report, command).page();
  }

  private String page() {
    boolean good = report.failed() == 0;
    add("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
    add("<meta name=\"viewport\" content=\"width=device-width\">\n");
    add(
        "<title>Conformance: %s</title>\n<style>%n%s</style></head>\n<body>\n"
            .formatted(TextReport.verdict(report), STYLE));
    add("<h1>Conformance of page-table walkers</h1>\n");
    add(
        "<p class=\"verdict %s\">%s passed, %s failed</p>\n"
            .formatted(
                good ? "good" : "bad",
                TextReport.count(report.passed()),
                TextReport.count(report.failed())));
    for (String remark : TextReport.remarks(report)) {
      add("<p>%s</p>\n".formatted(escape(remark)));
    }
    matrix();
    failures();
    groups();
    environment();
    add("</body></html>\n");
    return html.toString();
  }

  private void matrix() {
    List<String> engines = report.cells().stream().map(Cell::engine).distinct().toList();
    add("<h2>Matrix</h2>\n<div class=\"wide\"><table>\n<tr><th>group</th><th>mode</th>");
    engines.forEach(engine -> add("<th colspan=\"2\">%s</th>".formatted(escape(engine))));
    add("</tr>\n");
    TextReport.rows(report)
        .forEach(
            (key, cells) -> {
              add("<tr><td>%s</td><td>%s</td>".formatted(escape(key.get(0)), escape(key.get(1))));
              engines.forEach(engine -> cell(cells.get(engine)));
              add("</tr>\n");
            });
    add("</table></div>\n");
  }

  private void cell(Cell cell) {
    if (cell == null) {
      add("<td class=\"dim\">not run</td><td></td>");
      return;
    }
    add("<td class=\"n\">");
    if (cell.passed() != 0) {
      add("<span class=\"good\">%s passed</span>".formatted(TextReport.count(cell.passed())));
    }
    if (cell.failed() != 0) {
      add(
          "<span class=\"bad\">%s failed%s</span>"
              .formatted(TextReport.count(cell.failed()), cell.cutShort() ? ", then stopped" : ""));
    }
    if (cell.skipped() != 0) {
      add("<span class=\"dim\">%s skipped</span>".formatted(TextReport.count(cell.skipped())));
    }
    add("</td><td class=\"n dim\">%s</td>".formatted(TextReport.time(cell.nanos())));
  }

  private void failures() {
    if (report.failures().isEmpty()) {
      return;
    }
    add("<h2>Failures</h2>\n");
    int shown = Math.min(SHOWN_IN_FULL, report.failures().size());
    add("<p>The first %d of %s.".formatted(shown, TextReport.count(report.failed())));
    add(" Each table is the walk as it ought to be, level by level.</p>\n");
    firstOfEach().forEach(this::failure);
  }

  /** One of each group, mode and subject before a second one. */
  private List<RunFailure> firstOfEach() {
    Map<RunFailure, Integer> turn = new LinkedHashMap<>();
    Map<List<String>, Integer> seen = new LinkedHashMap<>();
    for (RunFailure each : report.failures()) {
      List<String> kind = List.of(each.group(), each.mode(), each.subject());
      turn.put(each, seen.merge(kind, 1, Integer::sum));
    }
    return turn.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .limit(SHOWN_IN_FULL)
        .map(Map.Entry::getKey)
        .toList();
  }

  private void failure(RunFailure failure) {
    add(
        "<section><h3>%s, %s, %s</h3>\n"
            .formatted(escape(failure.group()), escape(failure.mode()), escape(failure.subject())));
    add("<ul>");
    failure.problems().forEach(problem -> add("<li>%s</li>".formatted(escape(problem))));
    add("</ul>\n");
    failure.right().ifPresent(this::explain);
    if (failure.vector().isPresent() && !failure.recurs()) {
      add(
          "<p>The vector alone does not fail: it takes what came before it, or"
              + " interference.</p>\n");
    }
    failure
        .json()
        .ifPresent(
            json ->
                add(
                    "<details><summary>The vector, for <code>--replay</code></summary><pre>%s"
                            .formatted(escape(json))
                        + "</pre></details>\n"));
    add("</section>\n");
  }

  private void explain(WalkTrace trace) {
    add(
        "<p>A %s at <code>0x%x</code>, %s:</p>\n"
            .formatted(
                Access.toString(trace.access()), trace.gva(), escape(trace.role().toString())));
    add("<div class=\"wide\"><table><tr><th>level</th><th>index</th><th>entry</th><th>at gpa</th>");
    add("<th>rights above</th><th>reserved bits set</th><th>A and D</th></tr>\n");
    for (WalkStep step : trace.steps()) {
      add(
          "<tr><td class=\"n\">%d</td><td class=\"n\">%d</td>"
              .formatted(step.level(), step.index()));
      add("<td class=\"x\">0x%x</td><td class=\"x\">%s</td>".formatted(step.entry(), place(step)));
      add(
          "<td class=\"x\">%s%s%s</td>"
              .formatted(
                  step.writableAbove() ? "w" : "-",
                  step.userAbove() ? "u" : "-",
                  step.executableAbove() ? "x" : "-"));
      add(
          "<td class=\"x\">%s</td><td class=\"x\">%s</td></tr>\n"
              .formatted(
                  step.reserved() == 0 ? "" : "0x" + Long.toHexString(step.reserved()),
                  action(step)));
    }
    add(
        "</table></div>\n<p>Decided by: %s. Right is: <code>%s</code></p>\n"
            .formatted(
                escape(trace.rule().toString()), escape(WalkResult.toString(trace.result()))));
  }

  private static String place(WalkStep step) {
    if (step.entryGpa() < 0) {
      return "PDPTE register";
    }
    String where = step.slot() < 0 ? "in no slot" : step.slotWritable() ? "RAM" : "read-only slot";
    return String.format(Locale.ROOT, "0x%x (%s)", step.entryGpa(), where);
  }

  private static String action(WalkStep step) {
    return switch (step.adAction()) {
      case NONE -> "unchanged";
      case SET -> "set: 0x" + Long.toHexString(step.entryAfter());
      case SKIPPED_READ_ONLY -> "not set: read-only";
      case DISCARDED -> "stored, and dropped: read-only";
      case REFUSED -> "refused: read-only";
    };
  }

  private void groups() {
    add("<h2>Groups</h2>\n<table>\n");
    for (RunReport.Group group : report.groups()) {
      add(
          "<tr><td>%s</td><td>%s</td></tr>\n"
              .formatted(escape(group.name()), escape(group.purpose())));
    }
    add("</table>\n");
  }

  private void environment() {
    RunSettings settings = report.settings();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("again", command);
    facts.put("subjects", String.join(", ", report.subjects()));
    facts.put("seed", Long.toString(settings.seed()));
    facts.put("random walks", TextReport.count(settings.walks()) + " a mode, group and subject");
    facts.put("shard", settings.shard().toString());
    facts.put("time", TextReport.time(report.nanos()));
    facts.put("Java", System.getProperty("java.vm.name") + " " + Runtime.version());
    facts.put(
        "system",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + ", "
            + System.getProperty("os.arch")
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " processors");
    add("<h2>Run</h2>\n<table>\n");
    facts.forEach(
        (name, value) ->
            add("<tr><td>%s</td><td><code>%s</code></td></tr>\n".formatted(name, escape(value))));
    add("</table>\n");
  }

  private void add(String text) {
    html.append(text);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
