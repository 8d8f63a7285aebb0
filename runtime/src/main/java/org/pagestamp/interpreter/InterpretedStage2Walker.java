package org.pagestamp.interpreter;

import org.pagestamp.choice.Choices;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.EptBits;
import org.pagestamp.stage2.PendingStores;
import org.pagestamp.stage2.PmlRule;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Cause;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Level;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.stage2.Stage2State;
import org.pagestamp.stage2.Stage2Trace;
import org.pagestamp.stage2.Stage2Walker;
import org.pagestamp.walk.WalkRecord;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/** The reference walker of stage 2: a loop over the levels of the format. */
public final class InterpretedStage2Walker extends Stage2Walker {
  /** What {@link #translate} answers if an entry changed before its bits could be set. */
  static final long CHANGED = Long.MIN_VALUE;

  private final Stage2Format format;
  private final Stage2Level[] levels;
  private final TableMemory tables;
  private final Stage2Faults faults;

  /**
   * A walker for {@code role} over {@code layout}.
   *
   * @throws IllegalArgumentException if the layout cannot update the role's entries as its update
   *     mode demands
   */
  public InterpretedStage2Walker(Stage2Role role, SlotLayout layout) {
    super(role, layout);
    format = format();
    levels = format.levels().toArray(Stage2Level[]::new);
    tables = new TableMemory(layout, format.entryBytes(), Choices.DEFAULT);
    faults = new Stage2Faults(format);
  }

  @Override
  public long walk(Stage2State state, long gpa, int access) {
    if (state.isObserver()) {
      return probe(state, gpa, access);
    }
    return walk(state, gpa, access, null);
  }

  @Override
  public long probe(Stage2State state, long gpa, int access) {
    state.pending().clear();
    return walk(state, gpa, access, state.pending());
  }

  /**
   * Walks, and sets accessed and dirty bits; starts over if an entry has changed meanwhile.
   *
   * @param pending gets all stores; without it they go to memory
   */
  private long walk(Stage2State state, long gpa, int access, PendingStores pending) {
    Stage2Access.check(access);
    for (int tries = 0; tries < Walker.MAX_TRIES; tries++) {
      long result = translate(state, gpa, access, pending);
      if (result != CHANGED) {
        return result;
      }
    }
    return contended(access);
  }

  @Override
  public Stage2Trace explain(Stage2State state, long gpa, int access) {
    Stage2State copy = new Stage2State(true);
    copy.copyFrom(state);
    return Stage2Explanation.of(this, copy, access, probe(copy, gpa, access));
  }

  /** The fault of a walk that found entries changed too often. */
  long contended(int access) {
    return faults.fault(Stage2Cause.UPDATE_CONTENDED, access, 0, 0);
  }

  /**
   * Translates, and sets accessed and dirty bits: one try.
   *
   * @param pending gets the stores; without it they go to memory
   * @return a {@link Stage2Result}, or {@link #CHANGED}
   */
  long translate(Stage2State state, long gpa, int access, PendingStores pending) {
    long result = throughTables(state, gpa, access, pending);
    return Stage2Result.isFault(result) ? result : update(state, access, result, pending);
  }

  /** Goes down from the root to the leaf, checking each entry before it is followed. */
  private long throughTables(Stage2State state, long gpa, int access, PendingStores pending) {
    state.gpa(gpa);
    WalkRecord record = state.record();
    record.begin(levels.length);
    if (!format.holds(gpa)) {
      return faults.fault(Stage2Cause.GPA_TOO_WIDE, access, 0, 0);
    }
    long table = state.root() & format.rootMask();
    long combined = -1L;
    for (int i = 0; ; i++) {
      Stage2Level level = levels[i];
      long entryGpa = table + (long) level.index(gpa) * format.entryBytes();
      int slot = tables.slotOf(entryGpa);
      if (slot < 0) {
        return faults.fault(Stage2Cause.TABLE_IN_NO_SLOT, access, 0, level.number());
      }
      long entry = tables.read(slot, entryGpa, pending);
      record.add(level.number(), entryGpa, slot, entry, combined);
      combined &= (entry ^ format.inverted()) | ~level.counted();
      if ((entry & format.present()) == 0) {
        return faults.fault(Stage2Cause.NOT_PRESENT, access, combined, level.number());
      }
      boolean leaf = level.isLeaf(entry);
      if ((entry & level.reserved(entry)) != 0 || format.isIllegal(entry, leaf)) {
        return faults.fault(Stage2Cause.RESERVED, access, combined, level.number());
      }
      if (leaf) {
        return atLeaf(record, gpa, access, level, combined);
      }
      table = entry & format.tableMask();
    }
  }

  private long atLeaf(WalkRecord record, long gpa, int access, Stage2Level level, long combined) {
    int number = level.number();
    if (!isAllowed(access, combined)) {
      return faults.fault(Stage2Cause.RIGHTS, access, combined, number);
    }
    boolean write = (access & Stage2Access.WRITE) != 0;
    boolean readOnly = tables.isReadOnly(record.slot(number));
    long entry = record.entry(number);
    long leaf = readOnly ? entry : level.updated(entry, true, write);
    long page = level.pageGpa(leaf, gpa);
    return page
        | rights(combined)
        | attributes(leaf, level, write)
        | WalkResult.slotBits(tables.find(page));
  }

  private boolean isAllowed(int access, long combined) {
    if ((access & Stage2Access.READ) != 0 && !format.readable().holds(combined)) {
      return false;
    }
    if ((access & Stage2Access.WRITE) != 0 && !format.writable().holds(combined)) {
      return false;
    }
    if ((access & Stage2Access.FETCH) == 0) {
      return true;
    }
    boolean user = (access & Stage2Access.USER) != 0;
    return (user ? format.userExecutable() : format.executable()).holds(combined);
  }

  private long rights(long combined) {
    return (format.readable().holds(combined) ? Stage2Result.READABLE : 0)
        | (format.writable().holds(combined) ? Stage2Result.WRITABLE : 0)
        | (format.executable().holds(combined) ? Stage2Result.EXECUTABLE : 0)
        | (format.userExecutable().holds(combined) ? Stage2Result.USER_EXECUTABLE : 0);
  }

  /** What else a success tells of the leaf, {@code leaf} being the entry after the walk. */
  private long attributes(long leaf, Stage2Level level, boolean write) {
    long result = Stage2Result.SUCCESS | Stage2Result.levelBits(level.number());
    result |= (leaf & level.accessed()) != 0 ? Stage2Result.ACCESSED : 0;
    if ((leaf & level.dirty()) != 0) {
      result |= Stage2Result.DIRTY;
    } else if (level.dirty() != 0) {
      result |= write ? Stage2Result.CLEAN_WRITE : Stage2Result.WRITE_WITHHELD;
    }
    if (format.ept()) {
      result |= (leaf & EptBits.IGNORE_PAT) != 0 ? Stage2Result.IGNORE_PAT : 0;
      return result | (leaf & EptBits.TYPE) >>> EptBits.TYPE_SHIFT << Stage2Result.TYPE_SHIFT;
    }
    result |= (leaf & EntryBits.PWT) != 0 ? 1L << Stage2Result.TYPE_SHIFT : 0;
    result |= (leaf & EntryBits.PCD) != 0 ? 2L << Stage2Result.TYPE_SHIFT : 0;
    return result | ((leaf & level.patBit()) != 0 ? 4L << Stage2Result.TYPE_SHIFT : 0);
  }

  /**
   * Sets the bits from the root down, as KVM's {@code update_accessed_dirty_bits}: each entry by
   * compare-and-set of the value that was checked; not in read-only slots.
   *
   * @param result what to answer if that succeeds
   * @return {@code result}, {@link #CHANGED} if an entry has changed since it was read, or the
   *     fault of a full log
   */
  private long update(Stage2State state, int access, long result, PendingStores pending) {
    WalkRecord record = state.record();
    boolean write = (access & Stage2Access.WRITE) != 0;
    if (pmlComesFirst(record, write) && state.pml().isFull(pending)) {
      return faults.fault(Stage2Cause.PML_FULL, access, 0, record.lowest());
    }
    for (int number = record.top(); number >= record.lowest(); number--) {
      long entry = record.entry(number);
      long wanted = updated(record, number, write);
      if (format.pmlRule() != PmlRule.NONE
          && (~entry & wanted & format.level(number).dirty()) != 0
          && !state.pml().add(layout(), state.gpa(), pending)) {
        return faults.fault(Stage2Cause.PML_FULL, access, 0, number);
      }
      int slot = record.slot(number);
      if (wanted != entry
          && !tables.isReadOnly(slot)
          && !tables.update(slot, record.entryGpa(number), entry, wanted, pending)) {
        return CHANGED;
      }
    }
    return result;
  }

  /** Whether a full log is found before any bit is set. */
  private boolean pmlComesFirst(WalkRecord record, boolean write) {
    return switch (format.pmlRule()) {
      case NONE, FOR_DIRTY -> false;
      case ALWAYS -> true;
      case FOR_ANY_BIT -> {
        boolean due = false;
        for (int number = record.top(); number >= record.lowest(); number--) {
          due |= updated(record, number, write) != record.entry(number);
        }
        yield due;
      }
    };
  }

  /** An entry that was read, with the bits that the access sets. */
  private long updated(WalkRecord record, int number, boolean write) {
    return format.level(number).updated(record.entry(number), number == record.lowest(), write);
  }
}
