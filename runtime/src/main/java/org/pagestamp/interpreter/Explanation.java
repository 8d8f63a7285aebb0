package org.pagestamp.interpreter;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.ReservedBits;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.AdAction;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.Rule;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkRecord;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkStep;
import org.pagestamp.walk.WalkTrace;

/** Turns the record that a probe left behind into a trace. */
final class Explanation {
  private final InterpretedWalker walker;
  private final VcpuState vcpu;
  private final WalkRecord record;
  private final long gva;
  private final int access;
  private final long result;
  private final boolean write;

  Explanation(InterpretedWalker walker, VcpuState vcpu, long gva, int access, long result) {
    this.walker = walker;
    this.vcpu = vcpu;
    this.record = vcpu.record();
    this.gva = gva;
    this.access = access;
    this.result = result;
    this.write = (access & Access.WRITE) != 0;
  }

  WalkTrace trace() {
    return new WalkTrace(walker.role(), gva, access, steps(), rule(), result);
  }

  private List<WalkStep> steps() {
    PagingMode mode = walker.role().mode();
    if (mode == PagingMode.NO_PAGING || reason() == FaultReason.NON_CANONICAL) {
      return List.of();
    }
    List<WalkStep> steps = new ArrayList<>();
    if (mode == PagingMode.PAE) {
      int index = mode.level(3).index(gva);
      long pdpte = vcpu.pdpte(index);
      steps.add(
          new WalkStep(3, index, -1, -1, false, pdpte, 0, true, true, true, AdAction.NONE, pdpte));
    }
    for (int level = record.top(); level >= record.lowest(); level--) {
      steps.add(step(mode.level(level)));
    }
    if (reason() == FaultReason.TABLE_IN_NO_SLOT) {
      steps.add(hole(mode));
    }
    return steps;
  }

  private WalkStep step(PagingLevel level) {
    int number = level.number();
    int slot = record.slot(number);
    long entry = record.entry(number);
    long above = record.rightsAbove(number);
    long wanted = AccessedDirty.wanted(entry, number == record.lowest(), write);
    boolean readOnly = walker.layout().slots().get(slot).isReadOnly();
    AdAction action = AdAction.NONE;
    if (!WalkResult.isFault(result) && wanted != entry) {
      action = readOnly ? AdAction.SKIPPED_READ_ONLY : AdAction.SET;
    }
    boolean present = (entry & EntryBits.P) != 0;
    return new WalkStep(
        number,
        level.index(gva),
        record.entryGpa(number),
        slot,
        !readOnly,
        entry,
        present ? entry & ReservedBits.mask(walker.role(), level, (entry & EntryBits.PS) != 0) : 0,
        (above & EntryBits.W) != 0,
        (above & EntryBits.U) != 0,
        (above & EntryBits.NX) != 0,
        action,
        action == AdAction.SET ? wanted : entry);
  }

  /** The entry that could not be read, since its table lies in no slot. */
  private WalkStep hole(PagingMode mode) {
    PagingLevel level = mode.level(record.lowest() - 1);
    boolean nothingRead = record.lowest() > record.top();
    long table = nothingRead ? firstTable(mode) : record.entry(record.lowest()) & mode.tableMask();
    long rights = nothingRead ? -1L : combined();
    return new WalkStep(
        level.number(),
        level.index(gva),
        table + (long) level.index(gva) * mode.entryBytes(),
        -1,
        false,
        0,
        0,
        (rights & EntryBits.W) != 0,
        (rights & EntryBits.U) != 0,
        (rights & EntryBits.NX) != 0,
        AdAction.NONE,
        0);
  }

  /** The table that a register points to. */
  private long firstTable(PagingMode mode) {
    return mode == PagingMode.PAE
        ? vcpu.pdpte(mode.level(3).index(gva)) & mode.tableMask()
        : vcpu.cr3() & mode.rootMask();
  }

  /** The rights combined over all recorded levels, NX inverted. */
  private long combined() {
    int lowest = record.lowest();
    return record.rightsAbove(lowest) & (record.entry(lowest) ^ EntryBits.NX);
  }

  private FaultReason reason() {
    return WalkResult.isFault(result) ? WalkResult.faultReason(result) : null;
  }

  private Rule rule() {
    Role role = walker.role();
    if (reason() == null) {
      return role.mode() == PagingMode.NO_PAGING ? Rule.NO_PAGING : Rule.ALLOWED;
    }
    return switch (reason()) {
      case NOT_PRESENT -> Rule.NOT_PRESENT;
      case RESERVED_BIT -> Rule.RESERVED_BIT;
      case TABLE_IN_NO_SLOT -> Rule.TABLE_IN_NO_SLOT;
      case NON_CANONICAL -> Rule.NON_CANONICAL;
      case LASS_VIOLATION -> Rule.LASS;
      case UPDATE_CONTENDED -> Rule.UPDATE_CONTENDED;
      case PROTECTION_KEY -> Rule.PROTECTION_KEY;
      case PERMISSION -> walker.permissions().check(access, combined());
    };
  }
}
