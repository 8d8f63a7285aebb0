package org.pagestamp.conformance.jcstress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.openjdk.jcstress.Main;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Runs jcstress once for each subject, and prints a table of all results.
 *
 * <p>Exits with 0 if nothing was wrong, 1 if a test failed, 2 for bad usage.
 */
public final class StressRun {
  private static final int STRIDE_SIZE = 16;
  private static final int STRIDE_COUNT = 8;

  /** How many states of a test jcstress keeps alive. */
  static final int STATES = STRIDE_SIZE * STRIDE_COUNT;

  private static final List<String> MODES =
      List.of("sanity", "quick", "default", "tough", "stress");

  private StressRun() {}

  /**
   * Runs.
   *
   * @param args jcstress' mode, a regular expression for the names of tests, the names of subjects
   *     separated by commas, and the directory for results
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length != 4) {
      refuse("what is needed: mode, tests, subjects, directory");
      return;
    }
    String mode = args[0];
    List<StressSubject> subjects;
    try {
      subjects = Stream.of(args[2].split(",", -1)).map(StressSubject::of).toList();
      check(mode, Pattern.compile(args[1]));
    } catch (PatternSyntaxException e) {
      refuse("jcstress.tests is no regular expression: " + e.getMessage());
      return;
    } catch (IllegalArgumentException e) {
      refuse(e.getMessage());
      return;
    }
    ResultTable table = new ResultTable();
    boolean passed = true;
    for (StressSubject subject : subjects) {
      System.out.printf("%n=== %s%n%n", subject);
      Path directory = Path.of(args[3], subject.toString()).toAbsolutePath();
      passed &= run(subject, mode, args[1], directory);
      table.add(subject, directory);
    }
    System.out.printf("%n%s%nReports: %s/*/index.html%n", table, Path.of(args[3]));
    if (!passed || !table.isClean()) {
      System.err.println("jcstress: there were failures; see above or in the reports");
      System.exit(1);
    }
  }

  /** Refuses what jcstress would take and then run nothing. */
  private static void check(String mode, Pattern tests) {
    if (!MODES.contains(mode)) {
      throw new IllegalArgumentException(
          "no mode '" + mode + "' (jcstress.mode): there are " + String.join(", ", MODES));
    }
    if (TestList.tests().stream().noneMatch(test -> tests.matcher(test).find())) {
      throw new IllegalArgumentException("no test matches '" + tests + "' (jcstress.tests)");
    }
    if (Runtime.getRuntime().availableProcessors() < 2) {
      throw new IllegalArgumentException("jcstress needs two processors");
    }
  }

  private static void refuse(String reason) {
    System.err.println("jcstress: " + reason);
    System.exit(2);
  }

  private static boolean run(StressSubject subject, String mode, String tests, Path directory)
      throws IOException, InterruptedException {
    deleteOldResults(directory);
    // jcstress keeps what it finds out about a JVM in static fields, so each run has its own.
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", // for JNA, which jcstress uses
                "--class-path",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of("-m", mode, "-t", tests, "-r", directory.toString()));
    if (mode.equals("quick")) {
      command.addAll(List.of("-time", "100")); // so that all subjects take about five minutes
    }
    // All actors compiled alike: 4 JVMs for each test, where every combination would take 14.
    command.addAll(List.of("-sc", "false"));
    command.addAll(List.of("-strideSize", "" + STRIDE_SIZE, "-strideCount", "" + STRIDE_COUNT));
    command.addAll(List.of("-jvmArgsPrepend", "-D" + StressSubject.PROPERTY + "=" + subject));
    return new ProcessBuilder(command).directory(directory.toFile()).inheritIO().start().waitFor()
        == 0;
  }

  private static void deleteOldResults(Path directory) throws IOException {
    Files.createDirectories(directory);
    for (Path file : ResultTable.resultFiles(directory)) {
      Files.delete(file);
    }
  }
}
