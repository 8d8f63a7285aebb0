package org.pagestamp.cli;

import java.io.PrintWriter;
import org.pagestamp.nested.NestedStep;
import org.pagestamp.nested.NestedStep.Purpose;
import org.pagestamp.nested.NestedTrace;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Level;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.stage2.Stage2Step;
import org.pagestamp.stage2.Stage2Trace;
import org.pagestamp.walk.AdAction;
import org.pagestamp.walk.WalkStep;

/**
 * A walk with stage 2 as a grid: a row for each address of the guest that is translated, a column
 * for each level of stage 2, and behind them what the guest has there. Each entry has the number of
 * its load, where it is in the slots, its value, and the accessed and dirty bits that it gets.
 */
final class PathGrid {
  private static final long EPT_A = 1 << 8;
  private static final long EPT_D = 1 << 9;
  private static final long A = 1 << 5;
  private static final long D = 1 << 6;
  private static final String SKIPPED = " ro";
  private static final String DISCARDED = " lost";
  private static final String REFUSED = " exit";

  private final TextGrid grid = new TextGrid();
  private final Stage2Role role;
  private final Stage2Format format;
  private int loads;
  private int set;
  private int skipped;
  private int discarded;

  private PathGrid(Stage2Role role) {
    this.role = role;
    format = role.format();
  }

  /** Prints the grid of a walk in two dimensions. */
  static void print(NestedTrace trace, PrintWriter out) {
    PathGrid path = new PathGrid(trace.role().stage2());
    path.header("guest");
    for (NestedStep step : trace.steps()) {
      path.add(step);
    }
    path.print(out);
  }

  /** Prints the grid of a walk of stage 2, of one row. */
  static void print(Stage2Trace trace, PrintWriter out) {
    PathGrid path = new PathGrid(trace.role());
    path.header("page");
    path.grid.row();
    path.grid.cell("", "gpa " + Numbers.hex(trace.gpa()));
    path.addStage2(trace);
    path.addPage(trace);
    path.print(out);
  }

  private void print(PrintWriter out) {
    grid.print(out, "  ");
    out.println();
    out.printf("  loads: %d", loads);
    out.printf(
        "; accessed or dirty to be set in %d %s%s%s%n",
        set,
        set == 1 ? "entry" : "entries",
        skipped == 0 ? "" : ", and not in " + skipped + " more in read-only slots (ro)",
        discarded == 0
            ? ""
            : ", and stored in " + discarded + " more in read-only slots, which drop it (lost)");
  }

  private void header(String last) {
    grid.row();
    grid.cell("");
    for (Stage2Level level : format.levels()) {
      grid.cell(LevelNames.of(role, level.number()));
    }
    grid.cell(last);
  }

  private void add(NestedStep step) {
    grid.row();
    grid.cell(label(step), place(step));
    if (step.stage2() == null) {
      format.levels().forEach(_ -> grid.cell());
    } else {
      addStage2(step.stage2());
    }
    if (step.entry() != null) {
      addGuest(step.entry());
    } else if (step.purpose() == Purpose.PAGE) {
      addPage(step.stage2());
    }
  }

  private static String label(NestedStep step) {
    String name = LevelNames.of(step.level());
    return switch (step.purpose()) {
      case TABLE -> step.entry() == null ? name : name + "[" + step.entry().index() + "]";
      case PAGE -> name;
      case UPDATE -> "A/D of " + name;
    };
  }

  private static String place(NestedStep step) {
    return step.stage2() == null ? "register" : "gpa " + Numbers.hex(step.stage2().gpa());
  }

  private void addStage2(Stage2Trace trace) {
    int last = 0;
    for (Stage2Step step : trace.steps()) {
      last = step.level();
      String bits = bits(step.adAction(), step.entry() ^ step.entryAfter(), accessed(), dirty());
      cell(step.slot(), step.entryGpa(), step.entry(), bits, "in no slot");
    }
    boolean fault = Stage2Result.isFault(trace.result());
    for (int level = last == 0 ? format.topLevel() : last - 1; level >= 1; level--) {
      boolean afterLeaf = !fault && level == last - 1;
      grid.cell(afterLeaf ? "(page of " + Numbers.size(format.level(last).pageSize()) + ")" : "");
    }
    if (fault) {
      grid.cell("stops: " + Stage2Result.cause(trace.result()));
    }
  }

  private void addGuest(WalkStep step) {
    if (step.entryGpa() < 0) {
      grid.cell("", Numbers.hex(step.entry()));
      return;
    }
    String bits = bits(step.adAction(), step.entry() ^ step.entryAfter(), A, D);
    cell(step.slot(), step.entryGpa(), step.entry(), bits, hole(step));
  }

  /** What is read where no slot is: nothing, or what the guest's role chooses. */
  private static String hole(WalkStep step) {
    return step.entry() == 0 ? "in no slot" : Numbers.hex(step.entry()) + " in no slot";
  }

  private void addPage(Stage2Trace trace) {
    if (!Stage2Result.isFault(trace.result())) {
      grid.cell("", "-> " + Numbers.hex(Stage2Result.gpa(trace.result(), trace.gpa())));
    }
  }

  private void cell(int slot, long entryGpa, long entry, String bits, String inHole) {
    if (slot < 0) {
      grid.cell("at " + Numbers.hex(entryGpa), inHole);
      return;
    }
    loads++;
    grid.cell(loads + " at " + Numbers.hex(entryGpa), Numbers.hex(entry) + bits);
  }

  private String bits(AdAction action, long change, long accessed, long dirty) {
    return switch (action) {
      case NONE -> "";
      case SET -> {
        set++;
        yield " +" + ((change & accessed) != 0 ? "A" : "") + ((change & dirty) != 0 ? "D" : "");
      }
      case SKIPPED_READ_ONLY -> {
        skipped++;
        yield SKIPPED;
      }
      case DISCARDED -> {
        discarded++;
        yield DISCARDED;
      }
      case REFUSED -> REFUSED;
    };
  }

  private long accessed() {
    return format.ept() ? EPT_A : A;
  }

  private long dirty() {
    return format.ept() ? EPT_D : D;
  }
}
