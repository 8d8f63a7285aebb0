package org.pagestamp.codegen;

import org.pagestamp.choice.Choices;
import org.pagestamp.choice.ReadOnlyTables;
import org.pagestamp.choice.UpdateTiming;

/** What the choices on accessed and dirty bits come to in one layout of slots. */
record UpdatePolicy(Choices choices, SlotPlan plan) {
  /** Whether walks store into entries at all. */
  boolean stores() {
    return !plan.allReadOnly() && !never();
  }

  /** Whether no walk sets a bit, wherever the entry is. */
  boolean never() {
    return is(ReadOnlyTables.NONE);
  }

  /** Whether a walk that finds nothing to set can know so from the entries alone. */
  boolean allowsFastPath() {
    return !never() && !refusesTables();
  }

  /** Whether walks need A: not where all entries keep what they have. */
  boolean needsAccessed() {
    return !(is(ReadOnlyTables.SKIP) && plan.allReadOnly());
  }

  /** Whether some slot keeps its bits, and the walk goes on with them as they are. */
  boolean keepsSome() {
    return is(ReadOnlyTables.SKIP) && !plan.allWritable();
  }

  /** Whether an update comes to a read-only slot, which has refused nothing by then. */
  boolean meetsReadOnly() {
    return !plan.allWritable() && !refusesTables() && !refusesUpdates();
  }

  /** Whether some slot is no place for tables. */
  boolean refusesTables() {
    return is(ReadOnlyTables.FAULT_ALWAYS) && !plan.allWritable();
  }

  /** Whether some slot refuses to have bits set. */
  boolean refusesUpdates() {
    return is(ReadOnlyTables.FAULT_IF_NEEDED) && !plan.allWritable();
  }

  /** Whether entries that point to tables get A on the way down. */
  boolean eager() {
    return choices.timing() == UpdateTiming.EAGER;
  }

  /** Whether all bits are set before stage 2 translates the page. */
  boolean beforeStage2() {
    return choices.timing() != UpdateTiming.LATE;
  }

  private boolean is(ReadOnlyTables readOnly) {
    return choices.readOnly() == readOnly;
  }
}
