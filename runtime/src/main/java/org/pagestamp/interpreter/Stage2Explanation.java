package org.pagestamp.interpreter;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Cause;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Level;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2State;
import org.pagestamp.stage2.Stage2Step;
import org.pagestamp.stage2.Stage2Trace;
import org.pagestamp.stage2.Stage2Walker;
import org.pagestamp.walk.AdAction;
import org.pagestamp.walk.WalkRecord;

/** Turns the record that a stage-2 walk left behind into a trace. */
final class Stage2Explanation {
  private final Stage2Format format;
  private final SlotLayout layout;
  private final Stage2State state;
  private final WalkRecord record;
  private final int access;
  private final long result;

  private Stage2Explanation(Stage2Walker walker, Stage2State state, int access, long result) {
    format = walker.format();
    layout = walker.layout();
    this.state = state;
    record = state.record();
    this.access = access;
    this.result = result;
  }

  /** The trace of the walk that was made last with {@code state}. */
  static Stage2Trace of(Stage2Walker walker, Stage2State state, int access, long result) {
    List<Stage2Step> steps = new Stage2Explanation(walker, state, access, result).steps();
    return new Stage2Trace(walker.role(), state.gpa(), access, steps, result);
  }

  private List<Stage2Step> steps() {
    List<Stage2Step> steps = new ArrayList<>();
    for (int number = record.top(); number >= record.lowest(); number--) {
      steps.add(step(number));
    }
    if (Stage2Result.isFault(result)
        && Stage2Result.cause(result) == Stage2Cause.TABLE_IN_NO_SLOT) {
      steps.add(hole());
    }
    return steps;
  }

  private Stage2Step step(int number) {
    Stage2Level level = format.level(number);
    long entry = record.entry(number);
    boolean write = (access & Stage2Access.WRITE) != 0;
    long wanted = level.updated(entry, number == record.lowest(), write);
    MemSlot slot = layout.slots().get(record.slot(number));
    AdAction action = AdAction.NONE;
    if (isUpdated(number) && wanted != entry) {
      action = slot.isReadOnly() ? AdAction.SKIPPED_READ_ONLY : AdAction.SET;
    }
    return new Stage2Step(
        number,
        level.index(state.gpa()),
        record.entryGpa(number),
        record.slot(number),
        !slot.isReadOnly(),
        entry,
        (entry & format.present()) == 0 ? 0 : entry & level.reserved(entry),
        action,
        action == AdAction.SET ? wanted : entry);
  }

  /** Whether a level gets its bits: in a walk that succeeds, or above where a log was full. */
  private boolean isUpdated(int number) {
    if (!Stage2Result.isFault(result)) {
      return true;
    }
    return Stage2Result.cause(result) == Stage2Cause.PML_FULL
        && !format.pmlRule().comesFirst()
        && number > record.lowest();
  }

  /** The entry that could not be read, since its table lies in no slot. */
  private Stage2Step hole() {
    int above = record.lowest();
    Stage2Level level = format.level(above - 1);
    long table =
        above > record.top()
            ? state.root() & format.rootMask()
            : record.entry(above) & format.tableMask();
    int index = level.index(state.gpa());
    long entryGpa = table + (long) index * format.entryBytes();
    return new Stage2Step(level.number(), index, entryGpa, -1, false, 0, 0, AdAction.NONE, 0);
  }
}
