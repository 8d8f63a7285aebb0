package org.pagestamp.interpreter;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.ReservedBits;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.PageFaultCode;
import org.pagestamp.walk.Rule;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkRecord;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkTrace;
import org.pagestamp.walk.Walker;

/**
 * The reference walker: a loop over the levels of the paging mode.
 *
 * <p>Steps and their order follow KVM's {@code walk_addr_generic}.
 */
public final class InterpretedWalker extends Walker {
  /** W, U and inverted NX, so that combining levels is one AND. */
  private static final long ALL_RIGHTS = EntryBits.W | EntryBits.U | EntryBits.NX;

  /** No walk returns this: a fault names its reason and a success has bit 0 set. */
  private static final long RETRY = Long.MIN_VALUE;

  private final PagingMode mode;
  private final PagingLevel[] levels;
  private final long[][] reserved;
  private final MemSlot[] slots;
  private final EntryMemory[] memories;
  private final AccessedDirty accessedDirty;

  /**
   * A walker for {@code role} over {@code layout}.
   *
   * @throws IllegalArgumentException if the layout cannot update the role's entries as its update
   *     mode demands
   */
  public InterpretedWalker(Role role, SlotLayout layout) {
    super(role, layout);
    mode = role.mode();
    levels = new PagingLevel[mode.topLevel() + 1];
    reserved = new long[mode.topLevel() + 1][];
    for (PagingLevel level : mode.levels()) {
      levels[level.number()] = level;
      reserved[level.number()] =
          new long[] {ReservedBits.mask(role, level, false), ReservedBits.mask(role, level, true)};
    }
    slots = layout.slots().toArray(MemSlot[]::new);
    memories = new EntryMemory[slots.length];
    for (int i = 0; i < slots.length; i++) {
      memories[i] = EntryMemory.of(slots[i], mode.entryBytes(), layout.updateMode());
    }
    accessedDirty = new AccessedDirty(slots, memories);
  }

  @Override
  public long walk(VcpuState vcpu, long gva, int access) {
    return run(vcpu, gva, access, !vcpu.isObserver());
  }

  @Override
  public long probe(VcpuState vcpu, long gva, int access) {
    return run(vcpu, gva, access, false);
  }

  @Override
  public WalkTrace explain(VcpuState vcpu, long gva, int access) {
    VcpuState copy = new VcpuState(vcpu);
    long result = probe(copy, gva, access);
    return new Explanation(this, copy, gva, access, result).trace();
  }

  private long run(VcpuState vcpu, long gva, int access, boolean store) {
    Access.check(access);
    if (!mode.isCanonical(gva)) {
      return WalkResult.fault(FaultReason.NON_CANONICAL, 0, 0);
    }
    if (mode == PagingMode.NO_PAGING) {
      return withSlotOfPage(
          (mode.truncate(gva) & EntryBits.FRAME)
              | WalkResult.levelBits(0)
              | EntryBits.P
              | EntryBits.W
              | EntryBits.U
              | EntryBits.A
              | EntryBits.D);
    }
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      long result = attempt(vcpu, mode.truncate(gva), access, store);
      if (result != RETRY) {
        return result;
      }
    }
    return fault(Rule.UPDATE_CONTENDED, access, 0, 0);
  }

  /** One pass from the root to the accessed and dirty bits; RETRY if an entry changed meanwhile. */
  private long attempt(VcpuState vcpu, long gva, int access, boolean store) {
    WalkRecord record = vcpu.record();
    record.begin(mode.topLevelInMemory());
    long table = vcpu.cr3() & mode.rootMask();
    if (mode == PagingMode.PAE) {
      long pdpte = vcpu.pdpte(levels[3].index(gva));
      if ((pdpte & EntryBits.P) == 0) {
        return fault(Rule.NOT_PRESENT, access, 0, 3);
      }
      table = pdpte & mode.tableMask();
    }

    long rights = ALL_RIGHTS;
    long entry;
    int level = record.top();
    while (true) {
      long entryGpa = table + (long) levels[level].index(gva) * mode.entryBytes();
      int slot = layout().indexOf(entryGpa >>> MemSlot.PAGE_SHIFT);
      if (slot < 0) {
        return fault(Rule.TABLE_IN_NO_SLOT, access, 0, level);
      }
      entry = memories[slot].read(entryGpa);
      record.add(level, entryGpa, slot, entry, rights);
      rights &= entry ^ EntryBits.NX;
      if ((entry & EntryBits.P) == 0) {
        return fault(Rule.NOT_PRESENT, access, 0, level);
      }
      if ((entry & reservedBits(level, entry)) != 0) {
        return fault(Rule.RESERVED_BIT, access, PageFaultCode.P | PageFaultCode.RSVD, level);
      }
      if (levels[level].isLeaf(entry, role())) {
        break;
      }
      table = entry & mode.tableMask();
      level--;
    }

    Rule rule = Permissions.check(role(), access, rights);
    boolean keyForbids = Permissions.keyForbids(role(), vcpu, access, rights, entry);
    if (rule != Rule.ALLOWED || keyForbids) {
      return fault(
          rule != Rule.ALLOWED ? rule : Rule.PROTECTION_KEY,
          access,
          PageFaultCode.P | (keyForbids ? PageFaultCode.PK : 0),
          level);
    }

    boolean write = (access & Access.WRITE) != 0;
    if (store && !accessedDirty.update(record, write)) {
      return RETRY;
    }
    long leaf = accessedDirty.leafAfter(record, write);
    return withSlotOfPage(success(leaf, levels[level], rights, gva, write));
  }

  private long fault(Rule rule, int access, int cause, int level) {
    return WalkResult.fault(rule.reason(), cause | Permissions.accessBits(role(), access), level);
  }

  /** Packs a success; {@code leaf} is the entry after its accessed and dirty bits were set. */
  private long success(long leaf, PagingLevel level, long rights, long gva, boolean write) {
    long result = (leaf & WalkResult.LEAF_ATTRIBUTES) | pageGpa(leaf, level, gva);
    result |= rights & (EntryBits.W | EntryBits.U);
    result |= ~rights & EntryBits.NX;
    result |= (leaf & level.patBit()) != 0 ? EntryBits.PAT : 0;
    result |= WalkResult.levelBits(level.number());
    result |= write && (leaf & EntryBits.D) == 0 ? WalkResult.CLEAN_WRITE : 0;
    return result;
  }

  /** Where the 4-KiB page of {@code gva} is: the leaf's frame, PSE-36 bits, offset in the page. */
  private long pageGpa(long leaf, PagingLevel level, long gva) {
    long offsetMask = level.pageSize() - 1;
    long frame = leaf & mode.tableMask() & ~offsetMask;
    long high = (leaf & level.highFrameBits()) << level.highFrameShift();
    return frame | high | (gva & offsetMask & EntryBits.FRAME);
  }

  /** The final frame needs no slot; the result says what holds it. */
  private long withSlotOfPage(long result) {
    int slot = layout().indexOf(WalkResult.pageGpa(result) >>> MemSlot.PAGE_SHIFT);
    if (slot < 0) {
      return result | WalkResult.NO_SLOT;
    }
    return slots[slot].isReadOnly() ? result | WalkResult.READ_ONLY_SLOT : result;
  }

  /** The bits that must be zero in {@code entry}, by its level and its bit 7. */
  long reservedBits(int level, long entry) {
    return reserved[level][(int) (entry >>> 7) & 1];
  }
}
