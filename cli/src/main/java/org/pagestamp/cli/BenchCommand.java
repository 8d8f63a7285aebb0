package org.pagestamp.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.pagestamp.bench.report.JsonReport;
import org.pagestamp.bench.report.MarkdownReport;
import org.pagestamp.bench.report.Plots;
import org.pagestamp.bench.report.ResultsDocument;
import org.pagestamp.bench.report.TextReport;
import org.pagestamp.bench.run.BenchReport;
import org.pagestamp.bench.run.BenchRun;
import org.pagestamp.bench.scenario.Scenario;
import org.pagestamp.bench.scenario.Scenarios;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pagestamp bench}. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures what specialization gains: generated walks against interpreted ones, and against"
          + " the chase, the bare loads that any walk needs.",
      "Each ratio is the median of many pairs of short runs in one JVM, and the median of several"
          + " JVMs; see docs/performance.md. Writes the results as JSON and as SVG plots.",
      "The chase is in C where gcc is present."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  pagestamp bench --quick",
      "  pagestamp bench",
      "  pagestamp bench --only 4-level,spread-8 --forks 5",
      "  pagestamp bench --from pagestamp-bench.json --markdown",
      "  pagestamp bench --from docs/performance.json --from again.json --json both.json",
      "  pagestamp bench --json docs/performance.json --plots docs/plots --document"
          + " docs/performance.md"
    })
final class BenchCommand implements Callable<Integer> {
  private static final int FORKS = 3;
  private static final String JSON = "pagestamp-bench.json";

  @Spec private CommandSpec spec;

  @Option(
      names = "--quick",
      description =
          "Measures the most telling scenarios for a short time: less than three minutes.")
  private boolean quick;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      arity = "1..*",
      description = "These scenarios alone; --list names them.")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--forks",
      paramLabel = "N",
      description = "JVMs for each scenario, 1 or more (default: " + FORKS + ").")
  private int forks = FORKS;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description =
          "Where to write the results as JSON (default: " + JSON + "; with --from nowhere).")
  private Path json;

  @Option(
      names = "--plots",
      paramLabel = "DIR",
      defaultValue = "pagestamp-bench-plots",
      description = "Where to write the plots (default: ${DEFAULT-VALUE}).")
  private Path plots;

  @Option(
      names = "--from",
      paramLabel = "FILE",
      description =
          "Shows the results of an earlier run's JSON and measures nothing. Given several times:"
              + " of all, where later files replace scenarios of earlier ones.")
  private List<Path> from = new ArrayList<>();

  @Option(
      names = "--document",
      paramLabel = "FILE.md",
      description = "Puts the tables between the marks of a document, such as docs/performance.md.")
  private Path document;

  @Option(names = "--markdown", description = "Prints the results as tables of Markdown.")
  private boolean markdown;

  @Option(names = "--gate", description = "Ends with exit code 1 if a bar is missed.")
  private boolean gate;

  @Option(names = "--list", description = "Lists the scenarios and ends; * is in the quick run.")
  private boolean list;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (forks < 1) {
      throw new ParameterException(spec.commandLine(), "--forks must be 1 or more, not " + forks);
    }
    List<Scenario> scenarios = scenarios();
    if (list) {
      PrintWriter out = spec.commandLine().getOut();
      scenarios.forEach(
          each ->
              out.printf("%s %-22s %s%n", each.isQuick() ? "*" : " ", each.name(), each.title()));
      return PagestampCommand.OK;
    }
    try {
      BenchReport report = from.isEmpty() ? measure(scenarios) : earlier();
      if (from.isEmpty() && json == null) {
        json = Path.of(JSON);
      }
      if (json != null) {
        write(json, JsonReport.of(report));
      }
      for (Map.Entry<String, String> plot : Plots.of(report).entrySet()) {
        write(plots.resolve(plot.getKey()), plot.getValue());
      }
      if (document != null) {
        writeDocument(report);
      }
      show(report);
      return gate && report.missed() > 0 ? PagestampCommand.FOUND : PagestampCommand.OK;
    } catch (IOException e) {
      return failed(e);
    }
  }

  private List<Scenario> scenarios() {
    if (only.isEmpty()) {
      return Scenarios.all().stream().filter(each -> list || !quick || each.isQuick()).toList();
    }
    try {
      return only.stream().map(Scenarios::named).toList();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), e.getMessage() + ": --list names them all", e);
    }
  }

  private BenchReport measure(List<Scenario> scenarios) throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    boolean table = !markdown;
    if (table) {
      out.print(TextReport.legend(forks));
    }
    try (BenchProgress progress = new BenchProgress(scenarios.size() * forks, table ? out : null)) {
      return new BenchRun(scenarios, quick ? "quick" : "full", forks, progress).run();
    }
  }

  private BenchReport earlier() {
    BenchReport all = earlier(from.getFirst());
    for (Path file : from.subList(1, from.size())) {
      try {
        all = all.with(earlier(file));
      } catch (IllegalArgumentException e) {
        throw new ParameterException(
            spec.commandLine(),
            file + ": does not go with " + from.getFirst() + ": " + e.getMessage(),
            e);
      }
    }
    return all;
  }

  private BenchReport earlier(Path file) {
    try {
      return JsonReport.parse(Files.readString(file));
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), file + ": no results of an earlier run: " + e.getMessage(), e);
    }
  }

  private void show(BenchReport report) {
    PrintWriter out = spec.commandLine().getOut();
    if (markdown) {
      out.print(MarkdownReport.of(report));
      return;
    }
    if (!from.isEmpty()) {
      out.print(TextReport.legend(report.forks()));
      report.results().forEach(result -> out.print(TextReport.scenario(result)));
    }
    out.print(TextReport.machine(report.machine()));
    out.print(TextReport.verdict(report));
    out.println((json == null ? "Plots: " : "Results: " + json + "; plots: ") + plots);
  }

  private void writeDocument(BenchReport report) throws IOException {
    try {
      write(document, ResultsDocument.update(Files.readString(document), report));
    } catch (NoSuchFileException | IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), document + ": no document for results: " + e.getMessage(), e);
    }
  }

  private static void write(Path file, String text) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Files.writeString(file, text, StandardCharsets.UTF_8);
  }

  /** A measuring JVM that fails found an engine that disagrees with the reference. */
  private int failed(IOException e) {
    spec.commandLine().getOut().flush();
    spec.commandLine().getErr().println(spec.qualifiedName() + ": " + e.getMessage());
    return PagestampCommand.FOUND;
  }
}
