package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;
import static org.pagestamp.codegen.Expr.intConstant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Supplier;
import org.pagestamp.choice.EntryStore;
import org.pagestamp.slot.AccessorBacking;
import org.pagestamp.slot.DirtyLog;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.MemoryAccessor;
import org.pagestamp.slot.SegmentBacking;
import org.pagestamp.slot.UpdateMode;

/**
 * Reading and updating an entry in the memory of a slot: through constants where the slot's number
 * is known, through arrays where there are too many slots for that.
 */
final class SlotMemory {
  private static final String WALKER = "org/pagestamp/codegen/GeneratedWalker";
  private static final String SEGMENT = "Ljava/lang/foreign/MemorySegment;";
  private static final String ACCESSOR = "Lorg/pagestamp/slot/MemoryAccessor;";

  private final SlotPlan plan;
  private final boolean wide;
  private final EntryStore store;
  private final String casName;
  private final ClassConstants constants;

  SlotMemory(
      SlotPlan plan, int entryBytes, UpdateMode mode, EntryStore store, ClassConstants constants) {
    this.plan = plan;
    this.wide = entryBytes == Long.BYTES;
    this.store = store;
    this.casName = mode == UpdateMode.ATOMIC ? "compareAndSet" : "replace";
    this.constants = constants;
  }

  /** The bound that an entry's offset in a slot must be below. */
  Expr limit(int number) {
    // For segments: the bound of the segment's own check, which C2 then drops.
    int tail = plan.isAccessor(number) ? 0 : entryBytes() - 1;
    return constant(plan.slot(number).byteSize() - tail);
  }

  private int entryBytes() {
    return wide ? Long.BYTES : Integer.BYTES;
  }

  /** The entry at {@code offset} in a slot; one of 4 bytes sign-extended, which no mask sees. */
  Expr readAt(int number, Expr offset) {
    return plan.isAccessor(number)
        ? load(accessor(number), Expr.plus(offset, constant(plan.slot(number).baseGpa())))
        : get(segment(number), offset);
  }

  /** The entry at {@code offset} in the segment that all slots share. */
  Expr readShared(Expr offset) {
    return get(sharedSegment(), offset);
  }

  /** The bound that an entry's offset in the shared segment must be below. */
  Expr sharedLimit() {
    return constant(plan.sharedSegment().byteSize() - (entryBytes() - 1));
  }

  private Expr sharedSegment() {
    return constants.field("MEMORY", MemorySegment.class, plan::sharedSegment);
  }

  /** The entry at {@code gpa} in a slot. */
  Expr read(int number, Expr gpa) {
    return plan.isAccessor(number)
        ? load(accessor(number), gpa)
        : get(segment(number), offset(number, gpa));
  }

  private Expr offset(int number, Expr gpa) {
    return Expr.minus(gpa, constant(plan.slot(number).baseGpa()));
  }

  private Expr get(Expr segment, Expr offset) {
    Supplier<String> shortText = () -> segment.text() + "[" + offset.text() + "]";
    if (wide) {
      Expr layout = layoutField("LONG", ValueLayout.OfLong.class);
      String descriptor = "(Ljava/lang/foreign/ValueLayout$OfLong;J)J";
      return Expr.invoke(segment, true, "get", descriptor, layout, offset).printedAs(shortText);
    }
    Expr layout = layoutField("INT", ValueLayout.OfInt.class);
    String descriptor = "(Ljava/lang/foreign/ValueLayout$OfInt;J)I";
    return Expr.toLong(
        Expr.invoke(segment, true, "get", descriptor, layout, offset).printedAs(shortText));
  }

  private static Expr layoutField(String name, Class<?> type) {
    return Expr.staticField(WALKER, name, type.descriptorString());
  }

  private Expr load(Expr accessor, Expr gpa) {
    return wide
        ? Expr.invoke(accessor, true, "getLong", "(J)J", gpa)
        : Expr.toLong(Expr.invoke(accessor, true, "getInt", "(J)I", gpa));
  }

  private Expr segment(int number) {
    MemSlot slot = plan.slot(number);
    SegmentBacking backing = (SegmentBacking) slot.backing();
    return constants.field(
        "MEMORY" + number, MemorySegment.class, () -> backing.slice(slot.byteSize()));
  }

  private Expr accessor(int number) {
    AccessorBacking backing = (AccessorBacking) plan.slot(number).backing();
    return constants.field("ACCESSOR" + number, MemoryAccessor.class, backing::accessor);
  }

  /**
   * {@code return} whether the entry was updated, after marking a page dirty.
   *
   * @param mark marks another page than the entry's own; null if there is none
   */
  void update(Code code, int number, Expr gpa, Expr expected, Expr value, Expr mark) {
    Expr swapped =
        plan.isAccessor(number)
            ? store(accessor(number), gpa, expected, value)
            : swap(segment(number), offset(number, gpa), expected, value);
    if (mark == null && plan.slot(number).dirtyLog() == null) {
      code.ret(swapped);
      return;
    }
    code.returnIf(Cond.isFalse(swapped), intConstant(0));
    code.run(mark != null ? mark : mark(number, gpa));
    code.ret(intConstant(1));
  }

  /** Marks the page of {@code gpa} dirty, which lies in a slot that logs. */
  Expr mark(int number, Expr gpa) {
    Expr log = constants.field("DIRTY" + number, DirtyLog.class, plan.slot(number)::dirtyLog);
    Expr page = Expr.shiftRight(offset(number, gpa), MemSlot.PAGE_SHIFT);
    return Expr.invoke(log, false, "mark", "(J)V", page);
  }

  private Expr swap(Expr segment, Expr offset, Expr expected, Expr value) {
    if (store == EntryStore.PLAIN) {
      return wide
          ? Expr.call(WALKER, "store", "(" + SEGMENT + "JJ)Z", segment, offset, value)
          : Expr.call(WALKER, "store", "(" + SEGMENT + "JI)Z", segment, offset, Expr.toInt(value));
    }
    return comparesAll()
        ? Expr.call(WALKER, casName, "(" + SEGMENT + "JJJ)Z", segment, offset, expected, value)
        : Expr.call(
            WALKER,
            casName,
            "(" + SEGMENT + "JII)Z",
            segment,
            offset,
            Expr.toInt(expected),
            Expr.toInt(value));
  }

  /** Whether a compare-and-set is one of 8 bytes. */
  private boolean comparesAll() {
    return wide && store != EntryStore.COMPARE_LOW_HALF;
  }

  private Expr store(Expr accessor, Expr gpa, Expr expected, Expr value) {
    if (store == EntryStore.PLAIN) {
      return wide
          ? Expr.call(WALKER, "store", "(" + ACCESSOR + "JJ)Z", accessor, gpa, value)
          : Expr.call(WALKER, "store", "(" + ACCESSOR + "JI)Z", accessor, gpa, Expr.toInt(value));
    }
    return comparesAll()
        ? Expr.invoke(accessor, true, "compareAndSetLong", "(JJJ)Z", gpa, expected, value)
        : Expr.invoke(
            accessor,
            true,
            "compareAndSetInt",
            "(JII)Z",
            gpa,
            Expr.toInt(expected),
            Expr.toInt(value));
  }

  // Slots by index.

  /** {@code return} the entry at {@code gpa} in a slot known by its number at run time. */
  void readIndexed(Code code, Expr slot, Expr gpa) {
    if (plan.hasAccessors()) {
      Expr accessor = code.let("accessor", Expr.element(accessors(), slot));
      if (!plan.hasSegments()) {
        code.ret(load(accessor, gpa));
        return;
      }
      code.returnIf(Cond.isNotNull(accessor), load(accessor, gpa));
    }
    code.ret(get(indexedSegment(slot), Expr.plus(gpa, Expr.element(deltas(), slot))));
  }

  /** As {@link #update}, in a slot known by its number at run time. */
  void updateIndexed(Code code, Expr slot, Expr gpa, Expr expected, Expr value, Expr mark) {
    Expr updated;
    if (!plan.hasAccessors()) {
      updated = code.let("updated", swapIndexed(slot, gpa, expected, value));
    } else {
      Expr accessor = code.let("accessor", Expr.element(accessors(), slot));
      if (!plan.hasSegments()) {
        updated = code.let("updated", store(accessor, gpa, expected, value));
      } else {
        updated = code.let("updated", intConstant(0));
        code.choose(
            Cond.isNotNull(accessor),
            () -> code.set(updated, store(accessor, gpa, expected, value)),
            () -> code.set(updated, swapIndexed(slot, gpa, expected, value)));
      }
    }
    if (mark != null) {
      code.returnIf(Cond.isFalse(updated), intConstant(0));
      code.run(mark);
    } else if (plan.logsDirtyPages()) {
      code.returnIf(Cond.isFalse(updated), intConstant(0));
      markIndexed(code, slot, gpa);
    }
    code.ret(updated);
  }

  /** Marks the page of {@code gpa} dirty, if its slot, known by its number at run time, logs. */
  void markIndexed(Code code, Expr slot, Expr gpa) {
    Expr log = code.let("log", Expr.element(logs(), slot));
    Expr page = Expr.shiftRight(Expr.minus(gpa, Expr.element(bases(), slot)), MemSlot.PAGE_SHIFT);
    code.when(Cond.isNotNull(log), () -> code.run(Expr.invoke(log, false, "mark", "(J)V", page)));
  }

  private Expr swapIndexed(Expr slot, Expr gpa, Expr expected, Expr value) {
    Expr offset = Expr.plus(gpa, Expr.element(deltas(), slot));
    return swap(indexedSegment(slot), offset, expected, value);
  }

  /** The one segment that all slots share, or the slot's own. */
  private Expr indexedSegment(Expr slot) {
    if (plan.sharedSegment() != null) {
      return sharedSegment();
    }
    return Expr.element(
        constants.field(
            "MEMORIES",
            MemorySegment[].class,
            () ->
                plan.slots().stream()
                    .map(
                        each ->
                            each.backing() instanceof SegmentBacking backing
                                ? backing.slice(each.byteSize())
                                : null)
                    .toArray(MemorySegment[]::new)),
        slot);
  }

  /** What to add to a gpa to get an offset in {@link #indexedSegment}. */
  private Expr deltas() {
    return constants.field(
        "DELTAS", long[].class, () -> plan.slots().stream().mapToLong(this::delta).toArray());
  }

  private long delta(MemSlot slot) {
    return plan.sharedSegment() != null && slot.backing() instanceof SegmentBacking backing
        ? backing.offset() - slot.baseGpa()
        : -slot.baseGpa();
  }

  private Expr bases() {
    return constants.field(
        "BASES", long[].class, () -> plan.slots().stream().mapToLong(MemSlot::baseGpa).toArray());
  }

  private Expr accessors() {
    return constants.field(
        "ACCESSORS",
        MemoryAccessor[].class,
        () ->
            plan.slots().stream()
                .map(
                    slot ->
                        slot.backing() instanceof AccessorBacking(MemoryAccessor accessor)
                            ? accessor
                            : null)
                .toArray(MemoryAccessor[]::new));
  }

  private Expr logs() {
    return constants.field(
        "DIRTY",
        DirtyLog[].class,
        () -> plan.slots().stream().map(MemSlot::dirtyLog).toArray(DirtyLog[]::new));
  }
}
