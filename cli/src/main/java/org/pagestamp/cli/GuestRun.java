package org.pagestamp.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.pagestamp.example.tiny86.Engine;
import org.pagestamp.example.tiny86.Outcome;

/** One run of {@code tiny86}'s guest. */
record GuestRun(Engine engine, boolean tlb, Outcome outcome) {
  private static final String ROW = "%-11s  %-3s  %12s  %7s  %8s  %6s  %13s  %s%n";

  /** For example {@code generated, TLB on}. */
  static String name(Engine engine, boolean tlb) {
    return lowerCase(engine) + ", TLB " + onOff(tlb);
  }

  private static String lowerCase(Engine engine) {
    return engine.name().toLowerCase(Locale.ROOT);
  }

  private static String onOff(boolean on) {
    return on ? "on" : "off";
  }

  /**
   * Prints a row for each run, and whether all came to the same.
   *
   * @return whether they did, and the guest was content
   */
  static boolean report(List<GuestRun> runs, PrintWriter out) {
    out.printf(
        ROW,
        "engine",
        "TLB",
        "instructions",
        "walks",
        "TLB hits",
        "faults",
        "mode switches",
        "final state");
    for (GuestRun run : runs) {
      Outcome outcome = run.outcome;
      out.printf(
          ROW,
          lowerCase(run.engine),
          onOff(run.tlb),
          Numbers.count(outcome.instructions()),
          Numbers.count(outcome.walks()),
          Numbers.count(outcome.tlbHits()),
          Numbers.count(outcome.faults().size()),
          Numbers.count(outcome.modeSwitches()),
          outcome.state());
    }
    GuestRun first = runs.getFirst();
    out.println();
    out.println("faults by code:");
    first.outcome.faultsByCode().forEach((code, count) -> out.printf("  %-8s %3d%n", code, count));
    out.println();
    return judge(runs, out);
  }

  private static boolean judge(List<GuestRun> runs, PrintWriter out) {
    Outcome first = runs.getFirst().outcome;
    boolean good = true;
    for (GuestRun run : runs) {
      String difference = run.outcome.differenceTo(first).orElse(null);
      if (difference != null) {
        out.println("DIFFERENT: " + name(run.engine, run.tlb) + ": " + difference);
        good = false;
      }
    }
    if (!first.isGood()) {
      out.println("FAILED: " + first.end() + " after: " + first.console().strip());
      return false;
    }
    if (good) {
      out.printf(
          "identical: %d runs, the same faults and the same registers, memory and console%n",
          runs.size());
    }
    return good;
  }
}
