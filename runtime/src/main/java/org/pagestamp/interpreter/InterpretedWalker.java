package org.pagestamp.interpreter;

import org.pagestamp.choice.HoleContent;
import org.pagestamp.choice.ReadOnlyTables;
import org.pagestamp.choice.ReservedReport;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
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
 * <p>Steps and their order follow KVM's {@code walk_addr_generic}, unless the role chooses
 * otherwise, but for one: the commonest walk has no accessed or dirty bit to set and keeps no
 * record of its entries; one that has starts over with a record.
 */
public final class InterpretedWalker extends Walker {
  /**
   * Accessed or dirty bits are to be set. No walk returns this: a fault names its reason, and a
   * success has bit 0 set.
   */
  private static final long UPDATE_DUE = Long.MIN_VALUE;

  /** An entry has changed since it was read. No walk returns this either. */
  private static final long CHANGED = Long.MIN_VALUE + 2;

  /** The answer without paging, but for the page: all rights, and nothing to set. */
  static final long UNPAGED =
      WalkResult.levelBits(0) | EntryBits.P | EntryBits.W | EntryBits.U | EntryBits.A | EntryBits.D;

  /** The level of PAE paging whose entries are registers. */
  private static final PagingLevel PDPTES = PagingMode.PAE.level(3);

  private final PagingMode mode;
  private final boolean readsPdptes;
  private final HoleContent holes;
  private final boolean refusesReadOnly;
  private final int reservedCode;
  private final boolean neverUpdates;
  private final LevelRules root;
  private final long rootMask;
  private final long tableMask;
  private final EntryMemory[] memories;
  private final Permissions permissions;
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
    readsPdptes = role.readsPdptes();
    holes = role.choices().holes();
    refusesReadOnly = role.choices().readOnly() == ReadOnlyTables.FAULT_ALWAYS;
    reservedCode = reservedCode(role);
    neverUpdates = role.choices().readOnly() == ReadOnlyTables.NONE;
    LevelRules rules = null;
    for (int number = 1; number <= role.topLevelInMemory(); number++) {
      rules = new LevelRules(role, mode.level(number), rules);
    }
    root = rules;
    rootMask = mode.rootMask();
    tableMask = mode.tableMask();
    MemSlot[] slots = layout.slots().toArray(MemSlot[]::new);
    memories = EntryMemory.ofAll(slots, mode.entryBytes(), layout.updateMode(), role.choices());
    permissions = new Permissions(role);
    accessedDirty = new AccessedDirty(role, slots, memories);
  }

  @Override
  public long walk(VcpuState vcpu, long gva, int access) {
    long result = translate(vcpu, gva, access, null, false);
    if (result != UPDATE_DUE) {
      return result;
    }
    return vcpu.isObserver() ? probe(vcpu, gva, access) : walkAndUpdate(vcpu, gva, access);
  }

  @Override
  public long probe(VcpuState vcpu, long gva, int access) {
    return attempt(vcpu, gva, access, false);
  }

  @Override
  public WalkTrace explain(VcpuState vcpu, long gva, int access) {
    VcpuState copy = new VcpuState(vcpu);
    long result = probe(copy, gva, access);
    return new Explanation(this, copy, gva, access, result).trace();
  }

  /** Walks, and sets accessed and dirty bits; starts over if an entry has changed meanwhile. */
  private long walkAndUpdate(VcpuState vcpu, long gva, int access) {
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      long result = attempt(vcpu, gva, access, true);
      if (result != CHANGED) {
        return result;
      }
    }
    return fault(Rule.UPDATE_CONTENDED, access, 0, 0);
  }

  /** Walks with a record; the answer, or {@link #CHANGED}. */
  private long attempt(VcpuState vcpu, long gva, int access, boolean stores) {
    WalkRecord record = vcpu.record();
    long result = translate(vcpu, gva, access, record, stores);
    if (WalkResult.isFault(result) || mode == PagingMode.NO_PAGING) {
      return result;
    }
    int updated = accessedDirty.update(record, isWrite(access), stores);
    return updated == AccessedDirty.UPDATED ? result : notUpdated(updated, access);
  }

  private long notUpdated(int updated, int access) {
    return updated == AccessedDirty.CHANGED
        ? CHANGED
        : fault(Rule.TABLE_READ_ONLY, access, 0, updated);
  }

  /**
   * The answer to an access, with accessed and dirty bits as they are to be. Only an eager walk has
   * set some.
   *
   * @param record where to note the entries; without it, {@link #UPDATE_DUE} tells that bits are to
   *     be set
   * @param stores whether an eager walk may
   */
  private long translate(VcpuState vcpu, long gva, int access, WalkRecord record, boolean stores) {
    Access.check(access);
    if (!mode.isCanonical(gva)) {
      return WalkResult.fault(FaultReason.NON_CANONICAL, 0, 0);
    }
    long address = mode.truncate(gva);
    return mode == PagingMode.NO_PAGING
        ? withoutPaging(address)
        : throughTables(vcpu, address, access, record, stores);
  }

  private long withoutPaging(long gva) {
    return withSlotOfPage((gva & EntryBits.FRAME) | UNPAGED);
  }

  /** Goes down from the root to the leaf, checking each entry before it is followed. */
  private long throughTables(
      VcpuState vcpu, long gva, int access, WalkRecord record, boolean stores) {
    long table = vcpu.cr3() & rootMask;
    if (record != null) {
      record.begin(root.number());
    }
    if (mode == PagingMode.PAE && !readsPdptes) {
      long pdpte = vcpu.pdpte(PDPTES.index(gva));
      if ((pdpte & EntryBits.P) == 0) {
        return fault(Rule.NOT_PRESENT, access, 0, 3);
      }
      table = pdpte & tableMask;
    }

    long combined = -1L;
    for (LevelRules level = root; ; level = level.below()) {
      long entryGpa = table + level.entryOffset(gva);
      int slot = layout().indexOf(entryGpa >>> MemSlot.PAGE_SHIFT);
      if (slot < 0 && holes == HoleContent.NOTHING) {
        return fault(Rule.TABLE_IN_NO_SLOT, access, 0, level.number());
      }
      long entry = slot < 0 ? inHole() : memories[slot].read(entryGpa);
      long keptBits = slot < 0 ? 0 : memories[slot].keptBits();
      if (record != null) {
        record.add(level.number(), entryGpa, slot, entry, combined);
      }
      if (refusesReadOnly && keptBits != 0) {
        return fault(Rule.TABLE_READ_ONLY, access, 0, level.number());
      }
      if ((entry & EntryBits.P) == 0) {
        return fault(Rule.NOT_PRESENT, access, 0, level.number());
      }
      if ((entry & level.reservedBits(entry)) != 0) {
        return fault(Rule.RESERVED_BIT, access, reservedCode, level.number());
      }
      long above = combined;
      combined &= ((entry | keptBits) ^ EntryBits.NX) | level.uncombined();
      if (level.isLeaf(entry)) {
        return atLeaf(vcpu, gva, access, record, level, keptBits, entry, above, combined);
      }
      if (accessedDirty.isEager() && ((entry | keptBits) & EntryBits.A) == 0) {
        long stopped = setAccessed(record, level.number(), access, stores);
        if (stopped != 0) {
          return stopped;
        }
      }
      table = entry & tableMask;
    }
  }

  /** The bits of an entry in no slot, where something is read at all. */
  private long inHole() {
    return holes == HoleContent.ALL_ONES ? -1L >>> (Long.SIZE - 8 * mode.entryBytes()) : 0;
  }

  /** Sets A of an entry that points to a table; 0 to go on, or what the walk comes to. */
  private long setAccessed(WalkRecord record, int level, int access, boolean stores) {
    if (record == null) {
      return UPDATE_DUE;
    }
    int updated = accessedDirty.update(record, level, false, stores);
    return updated == AccessedDirty.UPDATED ? 0 : notUpdated(updated, access);
  }

  /**
   * Checks the rights and packs the result.
   *
   * @param above what is combined of the levels above
   * @param combined AND of all entries with NX inverted: the rights of all levels, and whether each
   *     has A, or keeps it as it is
   */
  private long atLeaf(
      VcpuState vcpu,
      long gva,
      int access,
      WalkRecord record,
      LevelRules level,
      long keptBits,
      long entry,
      long above,
      long combined) {
    Rule rule = permissions.check(access, combined);
    boolean keyForbids =
        permissions.keyForbids(vcpu.pkru(), vcpu.pkrs(), access, above, combined, entry);
    if (rule != Rule.ALLOWED || keyForbids) {
      return fault(
          rule != Rule.ALLOWED ? rule : Rule.PROTECTION_KEY,
          access,
          PageFaultCode.P | (keyForbids ? PageFaultCode.PK : 0),
          level.number());
    }

    boolean write = isWrite(access);
    long leaf = entry;
    if (!AccessedDirty.isComplete(combined, entry | keptBits, write)) {
      if (record == null) {
        return UPDATE_DUE;
      }
      leaf = AccessedDirty.leafAfter(entry, keptBits, write);
    }
    boolean clean = (write || neverUpdates) && (leaf & EntryBits.D) == 0;
    return withSlotOfPage(success(leaf, level, combined, gva, clean));
  }

  /** The cause in the error code of a fault for a reserved bit. */
  static int reservedCode(Role role) {
    boolean withP = role.choices().reserved() == ReservedReport.WITH_P;
    return PageFaultCode.RSVD | (withP ? PageFaultCode.P : 0);
  }

  private static boolean isWrite(int access) {
    return (access & Access.WRITE) != 0;
  }

  private long fault(Rule rule, int access, int cause, int level) {
    return WalkResult.fault(rule.reason(), cause | permissions.accessBits(access), level);
  }

  /**
   * Packs a success, but for the slot of the page.
   *
   * @param leaf the entry after its accessed and dirty bits were set
   * @param clean whether writes are allowed though its D is clear
   */
  static long success(long leaf, LevelRules level, long combined, long gva, boolean clean) {
    long result = (leaf & WalkResult.LEAF_ATTRIBUTES) | level.pageGpa(leaf, gva);
    result |= combined & (EntryBits.W | EntryBits.U);
    result |= ~combined & EntryBits.NX;
    result |= level.pat(leaf);
    result |= WalkResult.levelBits(level.number());
    result |= clean ? WalkResult.CLEAN_WRITE : 0;
    return result;
  }

  /** The final frame needs no slot; the result says what holds it. */
  private long withSlotOfPage(long result) {
    long gfn = WalkResult.pageGpa(result) >>> MemSlot.PAGE_SHIFT;
    return result | WalkResult.slotBits(layout().find(gfn));
  }

  /** The rights check of the walker's role. */
  Permissions permissions() {
    return permissions;
  }
}
