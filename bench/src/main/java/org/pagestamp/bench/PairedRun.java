package org.pagestamp.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Ratios between the engines on a machine that is not quiet: see {@link PairedLoops}. Every
 * measurement is repeated in JVMs of its own, as the JIT does not compile alike each time.
 */
@Command(
    name = "paired-run",
    description = "Measures how generated, interpreted and unchecked walks compare.")
public final class PairedRun implements Callable<Integer> {
  /** What a child starts its result lines with; other lines are the JVM's. */
  private static final String RESULT = "ratio";

  /** 0, as a field that the compiler cannot take for constant. */
  private long zero;

  @Spec private CommandSpec spec;

  @Option(
      names = "--forks",
      defaultValue = "3",
      description = "JVMs for each row of the table, 1 or more (default: ${DEFAULT-VALUE}).")
  private int forks;

  @Option(
      names = "--pairs",
      defaultValue = "4000",
      description =
          "Pairs of chunks for each ratio and JVM, 1 or more (default: ${DEFAULT-VALUE}).")
  private int pairs;

  @Option(
      names = "--slots",
      split = ",",
      defaultValue = "ONE,EIGHT_MAIN,EIGHT_SPREAD",
      description = "Of ${COMPLETION-CANDIDATES} (default: all).")
  private List<SlotShape> shapes;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this text.")
  @SuppressWarnings("UnusedVariable") // picocli looks at it
  private boolean help;

  @Option(names = "--child", hidden = true)
  private boolean child;

  @Option(names = "--dependent", hidden = true)
  private boolean dependent;

  private PairedRun() {}

  /** Entry point: see {@code --help}. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new PairedRun()).setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (forks < 1 || pairs < 1) {
      throw new ParameterException(spec.commandLine(), "--forks and --pairs must be 1 or more");
    }
    PrintWriter out = spec.commandLine().getOut();
    if (child) {
      measure(out);
    } else {
      printTable(out);
    }
    out.flush();
    return 0;
  }

  private void measure(PrintWriter out) {
    PairedLoops loops = new PairedLoops(ImageBuilder.small(shapes.getFirst()), dependent, zero);
    loops.warmUp();
    for (Comparison comparison : Comparison.values()) {
      if (!loops.canCompare(comparison)) {
        continue;
      }
      Quartiles q = loops.compare(comparison, pairs);
      out.printf(
          Locale.ROOT, "%s %s %f %f %f%n", RESULT, comparison, q.lower(), q.median(), q.upper());
    }
    out.println("sum " + loops.sums());
  }

  private void printTable(PrintWriter out) throws IOException, InterruptedException {
    out.printf("median [quartiles] of %d pairs, median of %d JVMs%n", pairs, forks);
    out.printf("{lowest-highest} median of a JVM%n%n");
    for (SlotShape shape : shapes) {
      for (boolean inTurn : new boolean[] {true, false}) {
        out.printf("%s, %s%n", shape.label(), inTurn ? "dependent" : "independent");
        out.flush();
        Map<Comparison, List<Quartiles>> results = new EnumMap<>(Comparison.class);
        for (int fork = 0; fork < forks; fork++) {
          fork(shape, inTurn, results);
        }
        results.forEach((comparison, each) -> printRow(out, comparison, each));
      }
    }
  }

  private static void printRow(PrintWriter out, Comparison comparison, List<Quartiles> forks) {
    out.printf(
        Locale.ROOT,
        "  %-23s %6.2f [%.2f %.2f]  {%.2f-%.2f}%n",
        comparison.label(),
        median(forks, Quartiles::median),
        median(forks, Quartiles::lower),
        median(forks, Quartiles::upper),
        forks.stream().mapToDouble(Quartiles::median).min().orElseThrow(),
        forks.stream().mapToDouble(Quartiles::median).max().orElseThrow());
  }

  private static double median(List<Quartiles> forks, ToDoubleFunction<Quartiles> part) {
    return Quartiles.of(forks.stream().mapToDouble(part).toArray()).median();
  }

  private void fork(SlotShape shape, boolean inTurn, Map<Comparison, List<Quartiles>> results)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command(shape, inTurn)).redirectErrorStream(true).start();
    StringBuilder output = new StringBuilder();
    try (BufferedReader reader = process.inputReader()) {
      reader
          .lines()
          .forEach(
              line -> {
                output.append(line).append('\n');
                String[] words = line.split(" ", -1);
                if (words[0].equals(RESULT)) {
                  results
                      .computeIfAbsent(Comparison.valueOf(words[1]), key -> new ArrayList<>())
                      .add(
                          new Quartiles(
                              Double.parseDouble(words[2]),
                              Double.parseDouble(words[3]),
                              Double.parseDouble(words[4])));
                }
              });
    }
    int exitCode = process.waitFor();
    if (exitCode != 0) {
      throw new IOException("a measuring JVM ended with " + exitCode + ":\n" + output);
    }
  }

  private List<String> command(SlotShape shape, boolean inTurn) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED"); // for the chase
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(PairedRun.class.getName());
    command.add("--child");
    command.add("--slots=" + shape);
    command.add("--pairs=" + pairs);
    if (inTurn) {
      command.add("--dependent");
    }
    return command;
  }
}
