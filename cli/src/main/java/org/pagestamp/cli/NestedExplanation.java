package org.pagestamp.cli;

import java.io.PrintWriter;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.MissingTable;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedTrace;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2Trace;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/** What {@code explain} tells of a nested guest. */
record NestedExplanation(NestedView view, PrintWriter out) {
  /** Tells a walk in two dimensions; whether it succeeds. */
  boolean nested(long gva, int access) throws GuestFormatException {
    NestedTrace trace = view.explain(gva, access);
    out.printf(
        "%s at gva %s, %s%n  over %s%n%n",
        Access.toString(access), Numbers.hex(gva), trace.role().guest(), trace.role().stage2());
    PathGrid.print(trace, out);
    long result = trace.result();
    long last = lastGpa(trace, gva);
    if (!NestedResult.isFault(result)) {
      printRights(trace);
    }
    out.printf("  decided by: %s%n", trace.rule() == null ? "stage 2" : trace.rule());
    out.printf("  result: %s%n", Stage2Text.nested(result, gva, last));
    MissingTable.behind(view.guest(), trace).ifPresent(table -> out.println("  " + table));
    return !NestedResult.isFault(result);
  }

  /** The last address that went through stage 2; {@code gva} if none did. */
  static long lastGpa(NestedTrace trace, long gva) {
    if (!NestedResult.isFault(trace.result())) {
      return trace.steps().stream()
          .filter(step -> step.level() == 0)
          .findFirst()
          .orElseThrow()
          .stage2()
          .gpa();
    }
    return trace.steps().isEmpty() || trace.steps().getLast().stage2() == null
        ? gva
        : trace.steps().getLast().stage2().gpa();
  }

  private void printRights(NestedTrace trace) {
    long result = trace.result();
    PagingMode mode = trace.role().guest().mode();
    long stage2Page =
        trace.role().stage2().format().level(NestedResult.stage2Level(result)).pageSize();
    boolean writable = WalkResult.isWritable(result);
    boolean executable = WalkResult.isExecutable(result);
    boolean stage2Writable = (result & NestedResult.STAGE2_WRITABLE) != 0;
    boolean stage2Executable = (result & NestedResult.STAGE2_EXECUTABLE) != 0;
    out.printf(
        "  guest:    %s%s, page of %s%n",
        WalkResult.isUser(result) ? "u" : "-",
        Stage2Text.rights(true, writable, executable),
        LevelNames.page(mode, WalkResult.level(result)));
    out.printf(
        "  stage 2:  %s%s, page of %s%s%n",
        " ",
        Stage2Text.rights(NestedResult.isReadable(result), stage2Writable, stage2Executable),
        Numbers.size(stage2Page),
        writeWithheld(trace) ? "; w is withheld until a write sets D" : "");
    out.printf(
        "  together: %s%s, page of %s%n",
        WalkResult.isUser(result) ? "u" : "-",
        Stage2Text.rights(
            NestedResult.isReadable(result),
            NestedResult.isWritable(result),
            NestedResult.isExecutable(result)),
        WalkResult.level(result) == 0
            ? Numbers.size(stage2Page)
            : Numbers.size(Math.min(mode.level(WalkResult.level(result)).pageSize(), stage2Page)));
  }

  private static boolean writeWithheld(NestedTrace trace) {
    return trace.steps().stream()
        .filter(step -> step.level() == 0)
        .anyMatch(step -> Stage2Result.isWriteWithheld(step.stage2().result()));
  }

  /** Tells a walk of stage 2 alone; whether it succeeds. */
  boolean alone(long gpa, int access) {
    Stage2Trace trace = view.explainAlone(gpa, access);
    out.printf(
        "%s at gpa %s, %s%n%n", Stage2Access.toString(access), Numbers.hex(gpa), trace.role());
    PathGrid.print(trace, out);
    out.printf("  result: %s%n", Stage2Text.alone(trace.result(), gpa));
    MissingTable.behind(view.guest(), trace, gpa).ifPresent(table -> out.println("  " + table));
    return !Stage2Result.isFault(trace.result());
  }
}
