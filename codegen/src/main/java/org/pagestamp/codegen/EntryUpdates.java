package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;
import static org.pagestamp.codegen.Expr.intConstant;

import org.pagestamp.choice.HoleContent;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;

/**
 * What exact walks in one and in two dimensions have in common: how they read an entry of the
 * guest, and what becomes of its accessed and dirty bits.
 */
final class EntryUpdates {
  private final UpdatePolicy policy;
  private final SlotMethods slots;
  private final GuestFaults faults;
  private final Code code;
  private final Expr access;

  /**
   * An entry as it was read: its places are needed again for its bits.
   *
   * @param tableGpa where the guest has it; null in one dimension
   * @param gpa where it is in the slots
   */
  record Read(PagingLevel level, Expr tableGpa, Expr gpa, Expr slot, Expr entry) {}

  EntryUpdates(UpdatePolicy policy, SlotMethods slots, GuestFaults faults, Code code, Expr access) {
    this.policy = policy;
    this.slots = slots;
    this.faults = faults;
    this.code = code;
    this.access = access;
  }

  UpdatePolicy policy() {
    return policy;
  }

  /** Reads an entry; returns if it is in a hole that is a fault, or in a slot that refuses it. */
  Read read(PagingLevel level, Expr tableGpa, Expr gpa) {
    String name = EntryFormat.name(level);
    int number = level.number();
    Expr slot = code.let(name + "Slot", slots.slotOf(gpa));
    HoleContent holes = policy.choices().holes();
    Expr entry;
    if (holes == HoleContent.NOTHING) {
      code.returnIf(
          Cond.less(slot, intConstant(0)), faults.fault(FaultReason.TABLE_IN_NO_SLOT, 0, number));
      entry = code.let(name, slots.read(slot, gpa));
    } else {
      entry = code.let(name, constant(holes == HoleContent.ALL_ONES ? -1L : 0));
      code.when(Cond.notLess(slot, intConstant(0)), () -> code.set(entry, slots.read(slot, gpa)));
    }
    if (policy.refusesTables()) {
      code.returnIf(isReadOnly(slot), faults.fault(FaultReason.TABLE_READ_ONLY, 0, number));
    }
    return new Read(level, tableGpa, gpa, slot, entry);
  }

  private Cond isReadOnly(Expr slot) {
    return Cond.notLess(slot, slots.writableLimit());
  }

  /** Returns if the entry is to get another value, and its slot refuses that. */
  void refuse(Read read, Expr value) {
    if (policy.refusesUpdates()) {
      code.returnIf(
          Cond.notEqual(read.entry(), value).and(isReadOnly(read.slot())),
          faults.fault(FaultReason.TABLE_READ_ONLY, 0, read.level().number()));
    }
  }

  /** The leaf as an update leaves it, as far as a walk knows. */
  Expr leafAfter(Read leaf) {
    if (policy.never() || (policy.keepsSome() && !policy.stores())) {
      return leaf.entry();
    }
    if (!policy.keepsSome()) {
      return code.let("after", updated(leaf));
    }
    Expr after = code.let("after", leaf.entry());
    code.when(Cond.less(leaf.slot(), slots.writableLimit()), () -> code.set(after, updated(leaf)));
    return after;
  }

  /** Tells in {@code result} where the leaf allows writes with D clear. */
  void addCleanWrite(Expr leaf, Expr result) {
    Expr cleanWrite = constant("CLEAN_WRITE", WalkResult.CLEAN_WRITE);
    if (policy.never()) {
      code.when(ResultFormat.isClean(leaf), () -> code.set(result, Expr.or(result, cleanWrite)));
    } else if (policy.keepsSome()) {
      code.when(
          ResultFormat.isCleanWrite(access, leaf),
          () -> code.set(result, Expr.or(result, cleanWrite)));
    }
  }

  /** An entry that points to a table, with A set. */
  static Expr accessed(Read read) {
    return Expr.or(read.entry(), constant("A", EntryBits.A));
  }

  /** The leaf with A set and, for a write, D. */
  Expr updated(Read leaf) {
    // WRITE is bit 1 of an access and D bit 6 of an entry.
    int left = Long.numberOfTrailingZeros(EntryBits.D / Access.WRITE);
    Expr write = Expr.intAnd(access, intConstant(Access.WRITE).printedAs("WRITE"));
    return Expr.or(accessed(leaf), Expr.toLong(Expr.intShiftLeft(write, left)));
  }
}
