package org.pagestamp.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pagestamp.bench.run.BenchReport;
import org.pagestamp.bench.run.Machine;
import org.pagestamp.bench.run.Row;
import org.pagestamp.bench.run.ScenarioResult;
import org.pagestamp.bench.scenario.Group;
import org.pagestamp.bench.scenario.Reading;
import org.pagestamp.bench.scenario.Unit;
import org.w3c.dom.Document;

class ReportsTest {
  private static final BenchReport REPORT =
      new BenchReport(
          new Machine("A <fast> & small CPU", 2, "Linux 6", "JVM 25", "none"),
          "quick",
          3,
          List.of(
              new ScenarioResult(
                  "4-level",
                  "4-level 4K pages",
                  Group.MODES,
                  List.of(
                      row("generated", "chase C", "dependent", Unit.RATIO, 1.05, 1.06),
                      row("generated", "chase C", "independent", Unit.RATIO, 2.5, 2.4),
                      row("generated", "interpreted", "dependent", Unit.RATIO, 0.2, null)),
                  ""),
              new ScenarioResult("sparse", "sparse pages", Group.WORKING_SETS, List.of(), "small"),
              new ScenarioResult(
                  "stamping",
                  "a class",
                  Group.STAMPING,
                  List.of(row("warm stamp", "", "", Unit.MICROSECONDS, 1234.56, 150.0)),
                  "")));

  private static Row row(
      String subject, String yardstick, String loop, Unit unit, double median, Double bar) {
    Reading reading =
        new Reading(subject, yardstick, loop, unit, median * 0.9, median, median * 1.1);
    return new Row(reading, median * 0.8, median * 1.2, bar);
  }

  @Test
  @DisplayName("JSON says everything: it reads back as the same report")
  void json() throws IOException {
    assertEquals(REPORT, JsonReport.parse(JsonReport.of(REPORT)));
  }

  @Test
  @DisplayName("what is no report is refused")
  void badJson() {
    assertThrows(IOException.class, () -> JsonReport.parse("{\"machine\": 1}"));
    assertThrows(IOException.class, () -> JsonReport.parse("no JSON"));
  }

  @Test
  @DisplayName("text has median, quartiles, range and bar in a line")
  void text() {
    List<String> lines = TextReport.scenario(REPORT.results().getFirst()).lines().toList();
    assertEquals("4-level: 4-level 4K pages", lines.get(1));
    assertEquals(
        "generated/chase C, dependent 1.05 [0.95 1.16] {0.84-1.26} <= 1.06 met",
        lines.get(2).strip().replaceAll(" +", " "));
    assertTrue(lines.get(3).endsWith("<= 2.40 missed"), lines.get(3));
    assertTrue(lines.get(4).endsWith("}"), lines.get(4));
  }

  @Test
  @DisplayName("text tells what was not measured, and why")
  void skipped() {
    assertTrue(TextReport.scenario(REPORT.results().get(1)).contains("not measured: small"));
  }

  @Test
  @DisplayName("the verdict names bars missed and counts the others")
  void verdict() {
    assertEquals(
        List.of(
            "",
            "missed: 4-level, generated/chase C, independent: 2.50, <= 2.40",
            "missed: stamping, warm stamp: 1,234.6 us, <= 150.0",
            "1 bars met, 2 missed"),
        TextReport.verdict(REPORT).lines().toList());
  }

  @Test
  @DisplayName("Markdown begins with the bars, and all tables have as many cells in each row")
  void markdown() {
    String text = MarkdownReport.of(REPORT);
    assertTrue(
        text.contains(
            "| 4-level | generated/chase C, independent | 2.50 | 2.00-3.00 | 2.40 |"
                + " **missed** |"));
    assertTrue(
        text.contains("| generated/interpreted, dependent | 0.20 | 0.18 0.22 | 0.16-0.24 |"));
    assertTrue(text.contains("A <fast> & small CPU, 2 cores"));
    long previous = 0;
    for (String line : text.lines().toList()) {
      long cells = line.chars().filter(c -> c == '|').count();
      assertTrue(cells == 0 || previous == 0 || cells == previous, line);
      previous = cells;
    }
  }

  @Test
  @DisplayName("a plot for each group and yardstick, with a dot for each ratio and no value")
  void plots() throws Exception {
    Map<String, String> plots = Plots.of(REPORT);
    assertEquals(
        List.of("modes-chase-c.svg", "modes-interpreted.svg"), List.copyOf(plots.keySet()));
    Document svg = parse(plots.get("modes-chase-c.svg"));
    assertEquals("svg", svg.getDocumentElement().getTagName());
    int legend = 2;
    assertEquals(legend + 2, svg.getElementsByTagName("circle").getLength());
    assertEquals(
        "generated/chase C, dependent: 1.05 <= 1.06 met",
        svg.getElementsByTagName("title").item(0).getTextContent());
  }

  @Test
  @DisplayName("a dot right of another is a larger ratio, and all are inside the picture")
  void positions() throws Exception {
    Document svg = parse(Plots.of(REPORT).get("modes-chase-c.svg"));
    double first = x(svg, 2);
    double second = x(svg, 3);
    double width = Double.parseDouble(svg.getDocumentElement().getAttribute("width"));
    assertTrue(0 < first && first < second && second < width, first + " " + second);
  }

  private static double x(Document svg, int circle) {
    return Double.parseDouble(
        svg.getElementsByTagName("circle")
            .item(circle)
            .getAttributes()
            .getNamedItem("cx")
            .getNodeValue());
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }
}
