package org.pagestamp.interpreter;

import org.pagestamp.choice.HoleContent;
import org.pagestamp.choice.ReadOnlyTables;
import org.pagestamp.choice.UpdateTiming;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedOption;
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
  private static final int TABLE_READ = Stage2Access.TABLE | Stage2Access.READ;
  private static final int TABLE_WRITE = TABLE_READ | Stage2Access.WRITE;
  private static final long CHANGED = InterpretedStage2Walker.CHANGED;
  private static final long UPDATED = NestedUpdates.UPDATED;

  private final Role guest;
  private final PagingMode mode;
  private final LevelRules root;
  private final boolean pdptesInRegisters;
  private final UpdateTiming timing;
  private final ReadOnlyTables readOnly;
  private final HoleContent holes;
  private final int reservedCode;
  private final TableAccess tableAccess;
  private final boolean tellsFrames;
  private final TableMemory tables;
  private final NestedUpdates updates;
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
    timing = guest.choices().timing();
    readOnly = guest.choices().readOnly();
    holes = guest.choices().holes();
    reservedCode = InterpretedWalker.reservedCode(guest);
    LevelRules rules = null;
    for (int number = 1; number <= top; number++) {
      rules = new LevelRules(guest, mode.level(number), rules);
    }
    root = rules;
    tableAccess = role.tableAccess();
    tellsFrames = role.has(NestedOption.PAGE_ALIGNED_FAULTS);
    tables = new TableMemory(layout, mode.entryBytes(), guest.choices());
    updates = new NestedUpdates(role, tables);
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
      if (result != CHANGED && !NestedResult.isFault(result) && timing == UpdateTiming.LATE) {
        long updated = updates.update(this, state, access, pending);
        result = updated == UPDATED ? result : updated;
      }
      if (result != CHANGED) {
        return result;
      }
    } while (state.mayTryAgain());
    return fault(Rule.UPDATE_CONTENDED, access, 0, 0);
  }

  /**
   * One try: the answer, but for the guest's accessed and dirty bits where they come last; or
   * {@link #CHANGED}.
   */
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
    record.begin(guest.topLevelInMemory());
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
      if (slot < 0 && holes == HoleContent.NOTHING) {
        return fault(Rule.TABLE_IN_NO_SLOT, access, 0, number);
      }
      long entry = slot < 0 ? inHole() : readEntry(number, slot, entryGpa, pending);
      boolean recorded = number <= record.top();
      long above = combined;
      if (recorded) { // a PDPTE in memory has no rights, and mostly no bit to set
        state.tableGpa(number, tableGpa);
        record.add(number, entryGpa, slot, entry, combined);
        combined &= (entry ^ EntryBits.NX) | level.uncombined();
      }
      if (readOnly == ReadOnlyTables.FAULT_ALWAYS && slot >= 0 && tables.isReadOnly(slot)) {
        return fault(Rule.TABLE_READ_ONLY, access, 0, number);
      }
      if ((entry & EntryBits.P) == 0) {
        return fault(Rule.NOT_PRESENT, access, 0, number);
      }
      if ((entry & level.reservedBits(entry)) != 0) {
        return fault(Rule.RESERVED_BIT, access, reservedCode, number);
      }
      if (level.isLeaf(entry)) {
        return atLeaf(state, gva, access, level, above, combined, pending);
      }
      if (recorded && timing == UpdateTiming.EAGER) {
        long updated = updates.update(this, state, number, access, pending);
        if (updated != UPDATED) {
          return updated;
        }
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
      long above,
      long combined,
      PendingStores pending) {
    VcpuState registers = state.guest();
    int number = level.number();
    long entry = registers.record().entry(number);
    Rule rule = permissions.check(access, combined);
    boolean keyForbids =
        permissions.keyForbids(registers.pkru(), registers.pkrs(), access, above, combined, entry);
    if (rule != Rule.ALLOWED || keyForbids) {
      return fault(
          rule != Rule.ALLOWED ? rule : Rule.PROTECTION_KEY,
          access,
          PageFaultCode.P | (keyForbids ? PageFaultCode.PK : 0),
          number);
    }
    if (timing != UpdateTiming.LATE) {
      long updated = updates.update(this, state, access, pending);
      if (updated != UPDATED) {
        return updated;
      }
    }
    boolean write = isWrite(access);
    int slot = registers.record().slot(number);
    long keptBits = slot < 0 ? 0 : tables.of(slot).keptBits();
    long leaf = AccessedDirty.leafAfter(entry, keptBits, write);
    boolean clean = (write || readOnly == ReadOnlyTables.NONE) && (leaf & EntryBits.D) == 0;
    long unplaced = InterpretedWalker.success(leaf, level, combined, gva, clean);
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
    if (!Stage2Result.isFault(result)) {
      return result;
    }
    if (tellsFrames) {
      state.stage2().gpa(gpa & EntryBits.FRAME);
    }
    return Stage2Result.inTable(result, level);
  }

  /** The same to set a bit in a table that was read without the right to write. */
  long throughStage2ToUpdate(NestedState state, int level, long gpa, PendingStores pending) {
    return throughStage2(state, level, gpa, TABLE_WRITE, pending);
  }

  /** Reads an entry of the guest's tables. */
  long readEntry(int level, int slot, long entryGpa, PendingStores pending) {
    return tables.read(slot, entryGpa, pending);
  }

  /** The bits of an entry in no slot, where something is read at all. */
  private long inHole() {
    return holes == HoleContent.ALL_ONES ? -1L >>> (Long.SIZE - 8 * mode.entryBytes()) : 0;
  }

  private static boolean isWrite(int access) {
    return (access & Access.WRITE) != 0;
  }

  /** A fault of the guest's own. */
  final long fault(Rule rule, int access, int cause, int level) {
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
