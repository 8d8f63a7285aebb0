package org.pagestamp.interpreter;

import org.pagestamp.choice.ReadOnlyTables;
import org.pagestamp.choice.UpdateTiming;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedOption;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.TableAccess;
import org.pagestamp.stage2.PendingStores;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.Rule;
import org.pagestamp.walk.WalkRecord;

/**
 * Setting the guest's accessed and dirty bits, whose entries stage 2 has led to: what {@link
 * AccessedDirty} is in one dimension.
 */
final class NestedUpdates {
  /** What an update comes to, if not to a fault. */
  static final long UPDATED = 1;

  private final Role guest;
  private final UpdateTiming timing;
  private final ReadOnlyTables readOnly;
  private final boolean asksStage2;
  private final boolean marksGuestFrame;
  private final TableMemory tables;

  NestedUpdates(NestedRole role, TableMemory tables) {
    guest = role.guest();
    timing = guest.choices().timing();
    readOnly = guest.choices().readOnly();
    asksStage2 = role.tableAccess() == TableAccess.WRITE_TO_UPDATE;
    marksGuestFrame = role.has(NestedOption.GUEST_FRAME_MARKED);
    this.tables = tables;
  }

  /**
   * Sets the bits from the root down, as {@link AccessedDirty#update} does. The entries above one
   * that stage 2 or its slot refuses keep what they got.
   *
   * @param walker that is asked for stage 2
   * @return {@link #UPDATED}, {@link InterpretedStage2Walker#CHANGED} if an entry has changed since
   *     it was read, or a fault
   */
  long update(
      InterpretedNestedWalker walker, NestedState state, int access, PendingStores pending) {
    WalkRecord record = state.guest().record();
    int first = timing == UpdateTiming.EAGER ? record.lowest() : record.top();
    for (int level = first; level >= record.lowest(); level--) {
      long updated = update(walker, state, level, access, pending);
      if (updated != UPDATED) {
        return updated;
      }
    }
    return UPDATED;
  }

  /**
   * Sets the bits of the last entry that was read, or of one above. Where stage 2 was not asked for
   * the right to write when it was read, it is asked now.
   */
  long update(
      InterpretedNestedWalker walker,
      NestedState state,
      int level,
      int access,
      PendingStores pending) {
    WalkRecord record = state.guest().record();
    long entry = record.entry(level);
    boolean leaf = level == record.lowest() && guest.mode().level(level).isLeaf(entry, guest);
    long wanted = AccessedDirty.wanted(entry, leaf, (access & Access.WRITE) != 0);
    if (wanted == entry || readOnly == ReadOnlyTables.NONE) {
      return UPDATED;
    }
    long tableGpa = state.tableGpa(level);
    if (asksStage2) {
      long found = walker.throughStage2ToUpdate(state, level, tableGpa, pending);
      if (Stage2Result.isFault(found)) {
        return found;
      }
    }
    int slot = record.slot(level);
    if (tables.isReadOnly(slot)) {
      return readOnly == ReadOnlyTables.FAULT_IF_NEEDED
          ? walker.fault(Rule.TABLE_READ_ONLY, access, 0, level)
          : UPDATED;
    }
    long gpa = record.entryGpa(level);
    boolean updated =
        marksGuestFrame
            ? tables.updateMarking(tableGpa, slot, gpa, entry, wanted, pending)
            : tables.update(slot, gpa, entry, wanted, pending);
    return updated ? UPDATED : InterpretedStage2Walker.CHANGED;
  }
}
