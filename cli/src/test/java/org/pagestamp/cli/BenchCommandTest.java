package org.pagestamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pagestamp.bench.report.JsonReport;
import org.pagestamp.bench.report.MarkdownReport;
import org.pagestamp.bench.report.ResultsDocument;
import org.pagestamp.bench.run.BenchReport;
import org.pagestamp.bench.run.Machine;
import org.pagestamp.bench.run.Row;
import org.pagestamp.bench.run.ScenarioResult;
import org.pagestamp.bench.scenario.Group;
import org.pagestamp.bench.scenario.Reading;
import org.pagestamp.bench.scenario.Scenario;
import org.pagestamp.bench.scenario.Scenarios;
import org.pagestamp.bench.scenario.Unit;

/** The command around a run; that a run measures is tested in bench. */
class BenchCommandTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "performance.md");
  private static final Path RESULTS = Path.of("..", "docs", "performance.json");

  private static final Machine MACHINE = new Machine("CPU", 2, "Linux", "JVM", "none");
  private static final BenchReport REPORT = report(3, result("4-level", 1.2));

  private static BenchReport report(int forks, ScenarioResult... results) {
    return new BenchReport(MACHINE, "quick", forks, List.of(results));
  }

  private static ScenarioResult result(String name, double median) {
    Reading reading =
        new Reading("generated", "chase C", "dependent", Unit.RATIO, 1.1, median, 1.3);
    return new ScenarioResult(
        name, name + " 4K pages", Group.MODES, List.of(new Row(reading, 1.15, 1.25, 1.06)), "");
  }

  @TempDir private Path folder;
  private Path json;

  @BeforeEach
  void earlierRun() throws IOException {
    json = folder.resolve("earlier.json");
    Files.writeString(json, JsonReport.of(REPORT));
  }

  private Cli fromEarlier(String... options) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(
        List.of("bench", "--from", json.toString(), "--plots", folder.resolve("plots").toString()));
    arguments.addAll(List.of(options));
    return Cli.run(arguments.toArray(String[]::new));
  }

  @Test
  @DisplayName("--list names every scenario and marks the quick ones")
  void list() {
    List<String> lines = Cli.run("bench", "--list").lines();
    List<String> expected = new ArrayList<>();
    for (Scenario scenario : Scenarios.all()) {
      expected.add((scenario.isQuick() ? "* " : "  ") + scenario.name());
    }
    assertEquals(expected, lines.stream().map(line -> line.replaceAll("(?<=\\w) .*", "")).toList());
  }

  @Test
  @DisplayName("an earlier run is shown and plotted again; a bar missed is no failure")
  void from() throws IOException {
    Cli cli = fromEarlier();
    assertEquals(0, cli.exitCode(), cli.err());
    assertTrue(cli.out().contains("<= 1.06 missed"), cli.out());
    assertTrue(cli.out().contains("0 bars met, 1 missed"), cli.out());
    assertTrue(cli.out().contains("CPU, 2 cores"), cli.out());
    try (Stream<Path> plots = Files.list(folder.resolve("plots"))) {
      assertEquals(
          List.of("modes-chase-c.svg"), plots.map(each -> each.getFileName().toString()).toList());
    }
  }

  private Path written(String name, BenchReport report) throws IOException {
    return Files.writeString(folder.resolve(name), JsonReport.of(report));
  }

  @Test
  @DisplayName("--from with --json writes what was read")
  void copy() throws IOException {
    Path copy = folder.resolve("copy.json");
    Cli cli = fromEarlier("--json", copy.toString());
    assertEquals(0, cli.exitCode(), cli.err());
    assertEquals(Files.readString(json), Files.readString(copy));
    assertTrue(cli.out().contains("Results: " + copy), cli.out());
  }

  @Test
  @DisplayName("of several --from later scenarios replace earlier ones; all are in their order")
  void merge() throws IOException {
    Path second = written("second.json", report(3, result("2-level", 1.3), result("pae", 1.4)));
    Path third = written("third.json", report(3, result("pae", 1.5)));
    Path all = folder.resolve("all.json");
    Cli cli =
        fromEarlier(
            "--from", second.toString(), "--from", third.toString(), "--json", all.toString());
    assertEquals(0, cli.exitCode(), cli.err());
    assertEquals(
        report(3, result("4-level", 1.2), result("pae", 1.5), result("2-level", 1.3)),
        JsonReport.parse(Files.readString(all)));
  }

  @Test
  @DisplayName("results of another effort or machine do not go with the others")
  void foreign() throws IOException {
    Path more = written("more.json", report(5, result("pae", 1.4)));
    Cli cli = fromEarlier("--from", more.toString());
    assertEquals(2, cli.exitCode());
    assertTrue(
        cli.err()
            .contains(
                more
                    + ": does not go with "
                    + json
                    + ": other effort: quick, 5 JVM(s), not quick, 3 JVM(s)"),
        cli.err());
    Machine other = new Machine("CPU", 4, "Linux", "JVM", "none");
    Path elsewhere =
        written("else.json", new BenchReport(other, "quick", 3, List.of(result("pae", 1.4))));
    cli = fromEarlier("--from", elsewhere.toString());
    assertEquals(2, cli.exitCode());
    assertTrue(cli.err().contains("other machine: "), cli.err());
  }

  @Test
  @DisplayName("--gate makes a bar missed exit code 1")
  void gate() {
    assertEquals(1, fromEarlier("--gate").exitCode());
  }

  @Test
  @DisplayName("--markdown prints the tables and nothing else")
  void markdown() {
    assertEquals(MarkdownReport.of(REPORT), fromEarlier("--markdown").out());
  }

  @Test
  @DisplayName("--document refuses a file that is none for results, and leaves it alone")
  void noDocument() throws IOException {
    Path file = folder.resolve("notes.md");
    Files.writeString(file, "notes\n");
    Cli cli = fromEarlier("--document", file.toString());
    assertEquals(2, cli.exitCode());
    assertTrue(cli.err().contains("notes.md: no document for results"), cli.err());
    assertEquals("notes\n", Files.readString(file));
  }

  @Test
  @DisplayName("a measurement: rows as they come, JSON, plots")
  void measure() throws IOException {
    Path results = folder.resolve("results.json");
    Path plots = folder.resolve("plots");
    Cli cli =
        Cli.run(
            "bench",
            "--quick",
            "--only",
            "walkers-8",
            "--forks",
            "1",
            "--json",
            results.toString(),
            "--plots",
            plots.toString());
    assertEquals(0, cli.exitCode(), cli.err());
    assertTrue(cli.out().contains("eight in runs/generated, dependent"), cli.out());
    BenchReport report = JsonReport.parse(Files.readString(results));
    assertEquals("walkers-8", report.results().getFirst().name());
    assertTrue(Files.exists(plots.resolve("call-shapes-generated.svg")));
    assertFalse(cli.err().contains("WARNING"), cli.err());
  }

  @Test
  @DisplayName("the results in docs are those of its JSON")
  void document() throws IOException {
    String document = Files.readString(DOCUMENT);
    BenchReport report = JsonReport.parse(Files.readString(RESULTS));
    assertEquals(ResultsDocument.update(document, report), document);
  }

  @Test
  @DisplayName("every plot in docs exists")
  void plots() throws IOException {
    List<String> shown =
        Files.readString(DOCUMENT)
            .lines()
            .filter(line -> line.startsWith("!["))
            .map(line -> line.replaceAll(".*\\((.*)\\)", "$1"))
            .toList();
    assertFalse(shown.isEmpty());
    for (String plot : shown) {
      assertTrue(Files.exists(DOCUMENT.resolveSibling(plot)), plot);
    }
  }
}
