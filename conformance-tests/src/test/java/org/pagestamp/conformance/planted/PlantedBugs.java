package org.pagestamp.conformance.planted;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The planted-bug run from the command line, as a debugger of cases likes it. */
final class PlantedBugs {
  private PlantedBugs() {}

  /** Runs the bugs whose names contain an argument, or all; exits with 1 if one survives. */
  public static void main(String[] args) throws Exception {
    List<PlantedBug> bugs =
        BugTable.all().stream()
            .filter(
                bug -> args.length == 0 || List.of(args).stream().anyMatch(bug.name()::contains))
            .toList();
    KillTable table = new KillTable(run(bugs));
    System.out.println(table.summary());
    System.exit(table.survivors().isEmpty() ? 0 : 1);
  }

  /** Plants each bug, as many at a time as there are processors; prints a line for each verdict. */
  static List<Verdict> run(List<PlantedBug> bugs)
      throws IOException, ExecutionException, InterruptedException {
    PlantedRun run = new PlantedRun(Checkout.ofThisBuild());
    run.compileAll(bugs);
    try (ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors())) {
      List<Future<List<Verdict>>> futures = new ArrayList<>();
      for (PlantedBug bug : bugs) {
        futures.add(threads.submit(() -> verdicts(run, bug)));
      }
      List<Verdict> verdicts = new ArrayList<>();
      for (Future<List<Verdict>> future : futures) {
        verdicts.addAll(future.get());
      }
      return verdicts;
    }
  }

  private static List<Verdict> verdicts(PlantedRun run, PlantedBug bug) throws IOException {
    List<Verdict> verdicts = run.verdicts(bug);
    verdicts.forEach(verdict -> System.out.println(line(verdict)));
    return verdicts;
  }

  private static String line(Verdict verdict) {
    return String.format(
        Locale.ROOT,
        "%-34s %-11s %6d ms  %s",
        verdict.bug().name(),
        verdict.engine(),
        verdict.time().toMillis(),
        verdict.survived()
            ? "SURVIVED"
            : verdict.noticedBy() + " after " + verdict.cases() + ": " + verdict.problem());
  }
}
