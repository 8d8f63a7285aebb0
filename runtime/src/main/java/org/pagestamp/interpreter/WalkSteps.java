package org.pagestamp.interpreter;

import org.pagestamp.choice.Choices;
import org.pagestamp.choice.ReadOnlyTables;
import org.pagestamp.choice.UpdateTiming;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.ReservedBits;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.AdAction;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.Rule;
import org.pagestamp.walk.WalkRecord;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkStep;

/** The steps of one explained walk through the tables of a guest. */
record WalkSteps(Role role, SlotLayout layout, WalkRecord record, long gva, boolean write) {
  private static final PagingLevel PDPTES = PagingMode.PAE.level(3);

  /** A PDPTE of PAE paging, which is a register. */
  WalkStep register(long pdpte) {
    int index = PDPTES.index(gva);
    return new WalkStep(3, index, -1, -1, false, pdpte, 0, true, true, true, AdAction.NONE, pdpte);
  }

  /** A PDPTE of PAE paging that is read in memory; no walk records it. */
  WalkStep pdpteInMemory(long entryGpa, int slot, long pdpte) {
    return new WalkStep(
        3,
        PDPTES.index(gva),
        entryGpa,
        slot,
        isWritable(slot),
        pdpte,
        reserved(PDPTES, pdpte),
        true,
        true,
        true,
        AdAction.NONE,
        pdpte);
  }

  /**
   * An entry that the record has.
   *
   * @param updates whether the walk came to set its accessed and dirty bits
   * @param refused the level whose slot refused bits that were to be set; 0 if none did
   */
  WalkStep recorded(int number, boolean updates, int refused) {
    PagingLevel level = role.mode().level(number);
    int slot = record.slot(number);
    long entry = record.entry(number);
    boolean leaf = number == record.lowest() && level.isLeaf(entry, role);
    long wanted = AccessedDirty.wanted(entry, leaf, write);
    AdAction action = AdAction.NONE;
    if (updates && wanted != entry) {
      action = isWritable(slot) ? AdAction.SET : inReadOnlySlot();
    }
    if (number == refused) {
      action = AdAction.REFUSED;
    }
    return step(
        level,
        record.entryGpa(number),
        slot,
        entry,
        record.rightsAbove(number),
        action,
        action == AdAction.SET ? wanted : entry);
  }

  private AdAction inReadOnlySlot() {
    return role.choices().readOnly() == ReadOnlyTables.DISCARD
        ? AdAction.DISCARDED
        : AdAction.SKIPPED_READ_ONLY;
  }

  /** Whether a walk with this result came to set the bits of a level. */
  boolean isUpdated(int level, long result) {
    Choices choices = role.choices();
    if (choices.readOnly() == ReadOnlyTables.NONE) {
      return false;
    }
    if (!WalkResult.isFault(result)) {
      return true;
    }
    return (refusedLevel(result) != 0 || choices.timing() == UpdateTiming.EAGER)
        && level > WalkResult.faultLevel(result);
  }

  /**
   * The level of the read-only slot that refused bits that were to be set; 0 if none did.
   *
   * @param result a result that the guest's own tables decided
   */
  int refusedLevel(long result) {
    return role.choices().readOnly() == ReadOnlyTables.FAULT_IF_NEEDED
            && reason(result) == FaultReason.TABLE_READ_ONLY
        ? WalkResult.faultLevel(result)
        : 0;
  }

  /** The entry that could not be read, since its table lies in no slot. */
  WalkStep hole(int number, long entryGpa) {
    boolean nothingRead = record.lowest() > record.top();
    return step(
        role.mode().level(number),
        entryGpa,
        -1,
        0,
        nothingRead ? -1L : combined(),
        AdAction.NONE,
        0);
  }

  private WalkStep step(
      PagingLevel level,
      long entryGpa,
      int slot,
      long entry,
      long above,
      AdAction action,
      long after) {
    return new WalkStep(
        level.number(),
        level.index(gva),
        entryGpa,
        slot,
        isWritable(slot),
        entry,
        reserved(level, entry),
        (above & EntryBits.W) != 0,
        (above & EntryBits.U) != 0,
        (above & EntryBits.NX) != 0,
        action,
        after);
  }

  private boolean isWritable(int slot) {
    return slot >= 0 && !layout.slots().get(slot).isReadOnly();
  }

  private long reserved(PagingLevel level, long entry) {
    boolean present = (entry & EntryBits.P) != 0;
    return present ? entry & ReservedBits.mask(role, level, (entry & EntryBits.PS) != 0) : 0;
  }

  /** The rights combined over all recorded levels, NX inverted. */
  private long combined() {
    int lowest = record.lowest();
    if (role.mode() == PagingMode.PAE && lowest == PDPTES.number()) {
      return record.rightsAbove(lowest); // PDPTEs have no rights
    }
    return record.rightsAbove(lowest) & (record.entry(lowest) ^ EntryBits.NX);
  }

  /** The rule behind a result that the guest's own tables decided. */
  Rule rule(long result, Permissions permissions, int access) {
    FaultReason reason = reason(result);
    if (reason == null) {
      return role.mode() == PagingMode.NO_PAGING ? Rule.NO_PAGING : Rule.ALLOWED;
    }
    return switch (reason) {
      case NOT_PRESENT -> Rule.NOT_PRESENT;
      case RESERVED_BIT -> Rule.RESERVED_BIT;
      case TABLE_IN_NO_SLOT -> Rule.TABLE_IN_NO_SLOT;
      case TABLE_READ_ONLY -> Rule.TABLE_READ_ONLY;
      case NON_CANONICAL -> Rule.NON_CANONICAL;
      case LASS_VIOLATION -> Rule.LASS;
      case UPDATE_CONTENDED -> Rule.UPDATE_CONTENDED;
      case PROTECTION_KEY -> Rule.PROTECTION_KEY;
      case PERMISSION -> permissions.check(access, combined());
    };
  }

  /** Why a walk failed; null if it did not. */
  static FaultReason reason(long result) {
    return WalkResult.isFault(result) ? WalkResult.faultReason(result) : null;
  }
}
