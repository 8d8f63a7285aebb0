package org.pagestamp.conformance.group;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;

/**
 * Memory that knows what walks may do to it: set accessed and dirty bits of present entries in
 * writable slots, and nothing else. Between the slots, before the first and behind the last lie
 * guards, which no walk may touch.
 */
final class GuardedMemory implements AutoCloseable {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long GUARD = 0xDEAD_BEEF_DEAD_BEEFL;

  private final List<VectorSlot> slots;
  private final int width;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment pool;
  private final MemorySegment before;
  private final long[] offsets;
  private final List<StrictAccessor> accessors = new ArrayList<>();
  private final SlotLayout layout;

  /** The memory of a machine: without guards, but its bounds are checked. */
  GuardedMemory(Machine machine, List<VectorSlot> slots) {
    this.slots = slots;
    width = entryWidth(machine.role().mode());
    offsets = offsets(0);
    pool = machine.memory();
    before = arena.allocate(Math.max(1, pool.byteSize()), Long.BYTES).asSlice(0, pool.byteSize());
    layout = machine.layout();
  }

  /**
   * Memory with guards.
   *
   * @param strict whether the slots are behind accessors that check each use
   */
  GuardedMemory(PagingMode mode, List<VectorSlot> slots, MemoryKind kind, boolean strict) {
    this.slots = slots;
    width = entryWidth(mode);
    offsets = offsets(MemSlot.PAGE_SIZE);
    long bytes = MemSlot.PAGE_SIZE;
    for (VectorSlot slot : slots) {
      bytes += slot.byteSize() + MemSlot.PAGE_SIZE;
    }
    pool = (strict ? MemoryKind.NATIVE : kind).allocate(bytes, arena);
    before = arena.allocate(bytes, Long.BYTES);
    SlotLayout.Builder builder = SlotLayout.builder();
    if (!strict) {
      builder.updateMode(kind.updateMode(mode));
    }
    for (int i = 0; i < offsets.length; i++) {
      VectorSlot slot = slots.get(i);
      Set<SlotFlag> flags = EnumSet.of(SlotFlag.LOG_DIRTY_PAGES);
      if (slot.readOnly()) {
        flags.add(SlotFlag.READONLY);
      }
      builder.slot(
          slot.baseGpa(),
          slot.byteSize(),
          flags,
          strict
              ? strict(i, slot)
              : kind.backing(pool, offsets[i], slot.baseGpa(), slot.byteSize()));
    }
    layout = builder.build();
    for (long offset = 0; offset < bytes; offset += Long.BYTES) {
      pool.set(LONG, offset, GUARD);
    }
    for (int i = 0; i < offsets.length; i++) {
      pool.asSlice(offsets[i], slots.get(i).byteSize()).fill((byte) 0);
    }
  }

  private static int entryWidth(PagingMode mode) {
    return mode.entryBytes() == Integer.BYTES ? Integer.BYTES : Long.BYTES;
  }

  private long[] offsets(long guard) {
    long[] places = new long[slots.size()];
    long offset = guard;
    for (int i = 0; i < places.length; i++) {
      places[i] = offset;
      offset += slots.get(i).byteSize() + guard;
    }
    return places;
  }

  private Backing strict(int index, VectorSlot slot) {
    StrictAccessor accessor =
        new StrictAccessor(pool.asSlice(offsets[index], slot.byteSize()), slot.baseGpa());
    accessors.add(accessor);
    return Backing.of(accessor);
  }

  SlotLayout layout() {
    return layout;
  }

  /** Bytes of slots and guards. */
  long byteSize() {
    return pool.byteSize();
  }

  private long offset(long gpa) {
    int slot = layout.indexOf(gpa >>> MemSlot.PAGE_SHIFT);
    return offsets[slot] + gpa - slots.get(slot).baseGpa();
  }

  /** Stores 8 bytes, or an entry of 4. */
  void store(long gpa, long value, int bytes) {
    if (bytes == Integer.BYTES) {
      pool.set(INT, offset(gpa), (int) value);
    } else {
      pool.set(LONG, offset(gpa), value);
    }
  }

  /** The entry at {@code gpa}. */
  long load(long gpa) {
    return at(pool, offset(gpa));
  }

  private long at(MemorySegment memory, long offset) {
    return width == Integer.BYTES
        ? Integer.toUnsignedLong(memory.get(INT, offset))
        : memory.get(LONG, offset);
  }

  /** Takes what is in memory now for right. */
  void accept() {
    before.copyFrom(pool);
    takeUses();
  }

  /** How often entries have been used since the last call; 0 unless memory is strict. */
  int takeUses() {
    int uses = 0;
    for (StrictAccessor accessor : accessors) {
      uses += accessor.takeUses();
    }
    return uses;
  }

  /**
   * What walks have done to memory since the last {@link #accept()} or {@code damage}, in as far as
   * they must not.
   *
   * @param mayUpdate whether there was a walk that might set accessed and dirty bits
   */
  List<String> damage(boolean mayUpdate) {
    List<String> damage = new ArrayList<>();
    long end = pool.byteSize();
    long offset = 0;
    while (offset < end) {
      long differing = MemorySegment.mismatch(pool, offset, end, before, offset, end);
      if (differing < 0) {
        break;
      }
      offset = offset + differing & -width;
      if (!mayUpdate || !isUpdate(offset)) {
        damage.add(describe(offset));
      }
      offset += width;
    }
    if (offset > 0) {
      before.copyFrom(pool);
    }
    return damage;
  }

  private boolean isUpdate(long offset) {
    int slot = slotAt(offset);
    long was = at(before, offset);
    long now = at(pool, offset);
    long set = now & ~was;
    return slot >= 0
        && !slots.get(slot).readOnly()
        && (was & EntryBits.P) != 0
        && (was & ~now) == 0
        && (set & ~(EntryBits.A | EntryBits.D)) == 0
        && (now & EntryBits.A) != 0;
  }

  private int slotAt(long offset) {
    for (int i = 0; i < offsets.length; i++) {
      if (offset >= offsets[i] && offset < offsets[i] + slots.get(i).byteSize()) {
        return i;
      }
    }
    return -1;
  }

  private String describe(long offset) {
    int slot = slotAt(offset);
    String where =
        slot < 0
            ? "outside all slots, at offset 0x" + Long.toHexString(offset) + " of the memory"
            : String.format(
                Locale.ROOT,
                "at 0x%x%s",
                slots.get(slot).baseGpa() + offset - offsets[slot],
                slots.get(slot).readOnly() ? ", read-only" : "");
    return String.format(
        Locale.ROOT, "0x%x became 0x%x %s", at(before, offset), at(pool, offset), where);
  }

  @Override
  public void close() {
    arena.close();
  }
}
