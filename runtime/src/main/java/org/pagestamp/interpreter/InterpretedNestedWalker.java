package org.pagestamp.interpreter;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedTrace;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.nested.PdpteAccess;
import org.pagestamp.nested.TableAccess;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.PendingStores;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2State;
import org.pagestamp.stage2.Stage2Trace;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.PageFaultCode;
import org.pagestamp.walk.Rule;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkRecord;
import org.pagestamp.walk.WalkResult;

/**
 * The reference walker in two dimensions: the loop of {@link InterpretedWalker} over the guest's
 * levels, with a walk of stage 2 for each table and for the page.
 */
public sealed class InterpretedNestedWalker extends NestedWalker permits RecordingNestedWalker {
  /** What an update comes to, if not to a fault of stage 2. */
  private static final long UPDATED = 1;

  private static final int TABLE_READ = Stage2Access.TABLE | Stage2Access.READ;
  private static final int TABLE_WRITE = TABLE_READ | Stage2Access.WRITE;
  private static final long CHANGED = InterpretedStage2Walker.CHANGED;

  private final Role guest;
  private final PagingMode mode;
  private final LevelRules root;
  private final boolean pdptesInRegisters;
  private final TableAccess tableAccess;
  private final TableMemory tables;
  private final Permissions permissions;
  private final InterpretedStage2Walker stage2;
  private final Stage2Format format;

  /**
   * A walker for {@code role} over {@code layout}.
   *
   * @throws IllegalArgumentException if the layout cannot update the entries of both dimensions as
   *     its update mode demands
   */
  public InterpretedNestedWalker(NestedRole role, SlotLayout layout) {
    super(role, layout);
    guest = role.guest();
    mode = guest.mode();
    pdptesInRegisters = mode == PagingMode.PAE && role.pdpteAccess() != PdpteAccess.IN_WALK;
    int top = pdptesInRegisters ? mode.topLevelInMemory() : mode.topLevel();
    LevelRules rules = null;
    for (int number = 1; number <= top; number++) {
      rules = new LevelRules(guest, mode.level(number), rules);
    }
    root = rules;
    tableAccess = role.tableAccess();
    tables = new TableMemory(layout, mode.entryBytes());
    permissions = new Permissions(guest);
    stage2 = new InterpretedStage2Walker(role.stage2(), layout);
    format = stage2.format();
  }

  @Override
  public final long walk(NestedState state, long gva, int access) {
    return state.isObserver() ? probe(state, gva, access) : walk(state, gva, access, null);
  }

  @Override
  public final long probe(NestedState state, long gva, int access) {
    state.pending().clear();
    return walk(state, gva, access, state.pending());
  }

  /**
   * Walks, and sets accessed and dirty bits; starts over if an entry has changed meanwhile.
   *
   * @param pending gets all stores; without it they go to memory
   */
  private long walk(NestedState state, long gva, int access, PendingStores pending) {
    Access.check(access);
    state.beginTries();
    do {
      long result = translate(state, gva, access, pending);
      if (NestedResult.isFault(result)) {
        return result;
      }
      long updated = update(state, access, pending);
      if (updated != CHANGED) {
        return updated == UPDATED ? result : updated;
      }
    } while (state.mayTryAgain());
    return fault(Rule.UPDATE_CONTENDED, access, 0, 0);
  }

  /** One try: the answer, but for the guest's accessed and dirty bits. */
  long translate(NestedState state, long gva, int access, PendingStores pending) {
    state.guest().record().begin(0);
    if (!mode.isCanonical(gva)) {
      return WalkResult.fault(FaultReason.NON_CANONICAL, 0, 0);
    }
    long address = mode.truncate(gva);
    return mode == PagingMode.NO_PAGING
        ? page(state, address, access, InterpretedWalker.UNPAGED, pending)
        : throughTables(state, address, access, pending);
  }

  /** Goes down from the root to the leaf; each table is looked for through stage 2. */
  private long throughTables(NestedState state, long gva, int access, PendingStores pending) {
    VcpuState registers = state.guest();
    WalkRecord record = registers.record();
    record.begin(mode.topLevelInMemory());
    long table = registers.cr3() & mode.rootMask();
    if (pdptesInRegisters) {
      long pdpte = registers.pdpte(mode.level(3).index(gva));
      if ((pdpte & EntryBits.P) == 0) {
        return fault(Rule.NOT_PRESENT, access, 0, 3);
      }
      table = pdpte & mode.tableMask();
    }

    long combined = -1L;
    for (LevelRules level = root; ; level = level.below()) {
      int number = level.number();
      long tableGpa = table + level.entryOffset(gva);
      long found = throughStage2(state, number, tableGpa, accessToTable(), pending);
      if (Stage2Result.isFault(found)) {
        return found;
      }
      long entryGpa = Stage2Result.gpa(found, tableGpa);
      int slot = tables.slotOf(entryGpa);
      if (slot < 0) {
        return fault(Rule.TABLE_IN_NO_SLOT, access, 0, number);
      }
      long entry = readEntry(number, slot, entryGpa, pending);
      if (number <= record.top()) { // a PDPTE in memory has neither rights nor bits to set
        state.tableGpa(number, tableGpa);
        record.add(number, entryGpa, slot, entry, combined);
        combined &= entry ^ EntryBits.NX;
      }
      if ((entry & EntryBits.P) == 0) {
        return fault(Rule.NOT_PRESENT, access, 0, number);
      }
      if ((entry & level.reservedBits(entry)) != 0) {
        return fault(Rule.RESERVED_BIT, access, PageFaultCode.P | PageFaultCode.RSVD, number);
      }
      if (level.isLeaf(entry)) {
        return atLeaf(state, gva, access, level, combined, pending);
      }
      table = entry & mode.tableMask();
    }
  }

  /** Checks the guest's rights, then translates the page. */
  private long atLeaf(
      NestedState state,
      long gva,
      int access,
      LevelRules level,
      long combined,
      PendingStores pending) {
    VcpuState registers = state.guest();
    int number = level.number();
    long entry = registers.record().entry(number);
    Rule rule = permissions.check(access, combined);
    boolean keyForbids =
        permissions.keyForbids(registers.pkru(), registers.pkrs(), access, combined, entry);
    if (rule != Rule.ALLOWED || keyForbids) {
      return fault(
          rule != Rule.ALLOWED ? rule : Rule.PROTECTION_KEY,
          access,
          PageFaultCode.P | (keyForbids ? PageFaultCode.PK : 0),
          number);
    }
    boolean write = isWrite(access);
    EntryMemory memory = tables.of(registers.record().slot(number));
    long leaf = AccessedDirty.leafAfter(entry, memory, write);
    long unplaced = InterpretedWalker.success(leaf, level, combined, gva, write);
    return page(state, WalkResult.gpa(unplaced, gva), access, unplaced, pending);
  }

  /**
   * Translates what the guest's tables led to.
   *
   * @param unplaced the result but for where the page is
   */
  private long page(NestedState state, long gpa, int access, long unplaced, PendingStores pending) {
    boolean user = format.modeOfPage() ? WalkResult.isUser(unplaced) : (access & Access.USER) != 0;
    long found = throughStage2(state, 0, gpa, accessToPage(access, user), pending);
    if (Stage2Result.isFault(found)) {
      return format.advancedInfo() ? Stage2Faults.withAdvancedInfo(found, unplaced) : found;
    }
    state.page(gpa, found);
    return (unplaced & ~EntryBits.FRAME)
        | (found & (EntryBits.FRAME | WalkResult.NO_SLOT | WalkResult.READ_ONLY_SLOT))
        | NestedResult.stage2Bits(found, user);
  }

  private int accessToTable() {
    return tableAccess == TableAccess.WRITE ? TABLE_WRITE : TABLE_READ;
  }

  private static int accessToPage(int access, boolean user) {
    int bits = Stage2Access.FINAL | (user ? Stage2Access.USER : 0);
    if (isWrite(access)) {
      return bits | Stage2Access.WRITE;
    }
    return bits | ((access & Access.FETCH) != 0 ? Stage2Access.FETCH : Stage2Access.READ);
  }

  /**
   * A walk of stage 2, repeated while its entries change.
   *
   * @param level whose table is looked for; 0 for the page
   */
  long throughStage2(NestedState state, int level, long gpa, int access, PendingStores pending) {
    long result;
    do {
      result = stage2.translate(state.stage2(), gpa, access, pending);
    } while (result == CHANGED && state.mayTryAgain());
    if (result == CHANGED) {
      result = stage2.contended(access);
    }
    return Stage2Result.isFault(result) ? Stage2Result.inTable(result, level) : result;
  }

  /** Reads an entry of the guest's tables. */
  long readEntry(int level, int slot, long entryGpa, PendingStores pending) {
    return tables.read(slot, entryGpa, pending);
  }

  /**
   * Sets the guest's bits from the root down, as {@link AccessedDirty#update} does. Where stage 2
   * was not asked for the right to write when an entry was read, it is asked now; the entries above
   * one that it refuses keep what they got.
   *
   * @return {@link #UPDATED}, {@link #CHANGED} if an entry has changed since it was read, or a
   *     fault
   */
  private long update(NestedState state, int access, PendingStores pending) {
    WalkRecord record = state.guest().record();
    for (int level = record.top(); level >= record.lowest(); level--) {
      long entry = record.entry(level);
      long wanted = AccessedDirty.wanted(entry, level == record.lowest(), isWrite(access));
      if (wanted == entry) {
        continue;
      }
      if (tableAccess == TableAccess.WRITE_TO_UPDATE) {
        long found = throughStage2(state, level, state.tableGpa(level), TABLE_WRITE, pending);
        if (Stage2Result.isFault(found)) {
          return found;
        }
      }
      int slot = record.slot(level);
      if (!tables.isReadOnly(slot)
          && !tables.update(slot, record.entryGpa(level), entry, wanted, pending)) {
        return CHANGED;
      }
    }
    return UPDATED;
  }

  private static boolean isWrite(int access) {
    return (access & Access.WRITE) != 0;
  }

  private long fault(Rule rule, int access, int cause, int level) {
    return WalkResult.fault(rule.reason(), cause | permissions.accessBits(access), level);
  }

  @Override
  public final Cr3Load loadCr3(NestedState state, long value) {
    if (mode == PagingMode.PAE && !pdptesInRegisters) {
      state.guest().cr3(value);
      return Cr3Load.LOADED;
    }
    long pdptes = value & PagingMode.PAE.rootMask();
    if (mode == PagingMode.PAE) {
      int access =
          role().pdpteAccess() == PdpteAccess.LOADED_BY_READ ? Stage2Access.READ : TABLE_WRITE;
      state.beginTries();
      PendingStores pending = state.isObserver() ? state.pending() : null;
      state.pending().clear();
      long found = throughStage2(state, 0, pdptes, access, pending);
      state.page(pdptes, found);
      if (Stage2Result.isFault(found)) {
        return Cr3Load.STAGE2_FAULT;
      }
      pdptes = Stage2Result.gpa(found, pdptes);
    }
    return state.guest().loadCr3(value, guest, layout(), pdptes);
  }

  @Override
  public final NestedTrace explain(NestedState state, long gva, int access) {
    return new RecordingNestedWalker(role(), layout(), state, gva, access).trace();
  }

  /** The walk of stage 2 that was made last with {@code state}. */
  final Stage2Trace stage2Trace(Stage2State state, int access, long result) {
    return Stage2Explanation.of(stage2, state, access, result);
  }

  /** The rights check of the guest's role. */
  final Permissions permissions() {
    return permissions;
  }
}
