package org.pagestamp.bench.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.pagestamp.bench.engine.ChaseLibrary;
import org.pagestamp.bench.scenario.Reading;
import org.pagestamp.bench.scenario.Scenario;

/**
 * Measures scenarios, each several times in JVMs of its own, as the JIT does not compile alike each
 * time. The JVMs run one after the other, with this JVM's class path and the JVM's defaults.
 */
public final class BenchRun {
  private final List<Scenario> scenarios;
  private final String effort;
  private final int forks;
  private final BenchListener listener;

  /**
   * A run.
   *
   * @param effort how long: quick or full
   * @param forks JVMs for each scenario, 1 or more
   * @throws IllegalArgumentException if {@code forks} is less
   */
  public BenchRun(List<Scenario> scenarios, String effort, int forks, BenchListener listener) {
    if (forks < 1) {
      throw new IllegalArgumentException("there must be one JVM at least, not " + forks);
    }
    this.scenarios = List.copyOf(scenarios);
    this.effort = Objects.requireNonNull(effort, "effort");
    this.forks = forks;
    this.listener = listener;
  }

  /**
   * Measures all scenarios.
   *
   * @throws IOException if a measuring JVM cannot be started or fails; the message has its output
   * @throws InterruptedException if the thread is interrupted; the measuring JVM is ended
   */
  public BenchReport run() throws IOException, InterruptedException {
    List<ScenarioResult> results = new ArrayList<>();
    Path folder = Files.createTempDirectory("pagestamp-bench");
    try {
      String chase = ChaseLibrary.option(folder);
      for (Scenario scenario : scenarios) {
        ScenarioResult result = measure(scenario, chase);
        listener.measured(result);
        results.add(result);
      }
    } finally {
      delete(folder);
    }
    return new BenchReport(Machine.here(), effort, forks, results);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  private ScenarioResult measure(Scenario scenario, String chase)
      throws IOException, InterruptedException {
    List<Reading> readings = new ArrayList<>();
    for (int fork = 1; fork <= forks; fork++) {
      listener.begins(scenario.name() + " " + fork + "/" + forks);
      for (String line : output(scenario, chase)) {
        if (line.startsWith(MeasuringJvm.SKIPPED)) {
          return ScenarioResult.skipped(scenario, line.substring(MeasuringJvm.SKIPPED.length()));
        }
        if (line.startsWith(MeasuringJvm.READING)) {
          readings.add(MeasuringJvm.reading(line));
        }
      }
    }
    return ScenarioResult.of(scenario, readings);
  }

  private List<String> output(Scenario scenario, String chase)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED"); // for the chases and lazily mapped memory
    command.addAll(scenario.jvmOptions());
    command.add(chase);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(MeasuringJvm.class.getName(), scenario.name(), effort));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    // If this JVM is ended, the other would measure on.
    Thread end = new Thread(process::destroy);
    Runtime.getRuntime().addShutdownHook(end);
    try (BufferedReader reader = process.inputReader()) {
      List<String> lines = reader.readAllLines();
      int exitCode = process.waitFor();
      if (exitCode != 0) {
        throw new IOException(
            "the JVM that measured "
                + scenario.name()
                + " ended with "
                + exitCode
                + ":\n"
                + String.join("\n", lines));
      }
      return lines;
    } finally {
      process.destroy();
      removeHook(end);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      boolean _ = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending; the hook is at work already.
    }
  }
}
