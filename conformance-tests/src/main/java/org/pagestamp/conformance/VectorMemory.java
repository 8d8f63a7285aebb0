package org.pagestamp.conformance;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.pagestamp.slot.DirtyLog;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.slot.UpdateMode;

/**
 * The memory of one vector after another: one zeroed pool in which each slot gets its place, lowest
 * base first. Allocating what a vector's slots need, up to 1 GiB, for each vector would take longer
 * than all walks.
 *
 * <p>Between vectors the pool is all zero; {@link #stray} tells whether it is.
 */
final class VectorMemory implements AutoCloseable {
  private static final int PAGE = (int) MemSlot.PAGE_SIZE;
  private static final int LAYOUTS_KEPT = 64;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemoryKind kind;
  private final Map<Placement, SlotLayout> layouts = new LinkedHashMap<>();
  private Arena arena = Arena.ofShared();
  private MemorySegment pool = MemorySegment.NULL;
  private SlotLayout current;
  private long[] offsets = {};

  private record Placement(List<VectorSlot> slots, UpdateMode updateMode) {}

  VectorMemory(MemoryKind kind) {
    this.kind = kind;
  }

  /** Stores a vector's entries and returns the machine; its slots log dirty pages. */
  Machine machine(WalkVector vector) {
    SlotLayout layout = place(vector);
    return new Machine(vector.role(), layout, pool, offsets);
  }

  /** Stores a vector's entries and returns the slots, which log dirty pages. */
  SlotLayout place(PlacedVector vector) {
    List<VectorSlot> sorted = new ArrayList<>(vector.slots());
    sorted.sort(Comparator.comparingLong(VectorSlot::baseGpa));
    offsets = new long[sorted.size()];
    long bytes = 0;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = bytes;
      bytes += sorted.get(i).byteSize();
    }
    growTo(bytes);
    current = layout(new Placement(sorted, kind.updateMode(vector.entryBytes())));
    for (VectorEntry entry : vector.memory()) {
      store(entry);
    }
    return current;
  }

  private void growTo(long bytes) {
    if (pool.byteSize() < bytes) {
      layouts.clear();
      arena.close();
      arena = Arena.ofShared();
      pool = kind.allocate(bytes, arena);
    }
  }

  /** The same layout for the same slots, so that engines can keep what they made for it. */
  private SlotLayout layout(Placement placement) {
    SlotLayout known = layouts.get(placement);
    if (known != null) {
      return known;
    }
    SlotLayout.Builder builder = SlotLayout.builder().updateMode(placement.updateMode());
    for (int i = 0; i < offsets.length; i++) {
      VectorSlot slot = placement.slots().get(i);
      Set<SlotFlag> flags = EnumSet.of(SlotFlag.LOG_DIRTY_PAGES);
      if (slot.readOnly()) {
        flags.add(SlotFlag.READONLY);
      }
      builder.slot(
          slot.baseGpa(),
          slot.byteSize(),
          flags,
          kind.backing(pool, offsets[i], slot.baseGpa(), slot.byteSize()));
    }
    SlotLayout layout = builder.build();
    if (layouts.size() == LAYOUTS_KEPT) {
      layouts.remove(layouts.keySet().iterator().next());
    }
    layouts.put(placement, layout);
    return layout;
  }

  private long offset(long gpa) {
    int slot = current.indexOf(gpa >>> MemSlot.PAGE_SHIFT);
    return offsets[slot] + gpa - current.slots().get(slot).baseGpa();
  }

  private void store(VectorEntry entry) {
    if (entry.width() == Integer.BYTES) {
      pool.set(INT, offset(entry.gpa()), (int) entry.value());
    } else {
      pool.set(LONG, offset(entry.gpa()), entry.value());
    }
  }

  /** The entry at {@code gpa}, zero-extended. */
  long load(long gpa, int width) {
    return width == Integer.BYTES
        ? Integer.toUnsignedLong(pool.get(INT, offset(gpa)))
        : pool.get(LONG, offset(gpa));
  }

  /** A copy of the page at {@code gpa}. */
  byte[] page(long gpa) {
    return pool.asSlice(offset(gpa), PAGE).toArray(ValueLayout.JAVA_BYTE);
  }

  /** Zeroes the page at {@code gpa}. */
  void clearPage(long gpa) {
    pool.asSlice(offset(gpa), PAGE).fill((byte) 0);
  }

  /** Clears the dirty logs. */
  void clearLogs() {
    for (MemSlot slot : current.slots()) {
      long[] _ = slot.dirtyLog().getAndClear();
    }
  }

  /** Addresses of the pages that are marked in the dirty logs. */
  SortedSet<Long> markedPages() {
    SortedSet<Long> marked = new TreeSet<>();
    for (MemSlot slot : current.slots()) {
      DirtyLog log = slot.dirtyLog();
      long[] words = log.get();
      for (int word = 0; word < words.length; word++) {
        for (long bits = words[word]; bits != 0; bits &= bits - 1) {
          long page = word * 64L + Long.numberOfTrailingZeros(bits);
          marked.add((slot.baseGfn() + page) << MemSlot.PAGE_SHIFT);
        }
      }
    }
    return marked;
  }

  /** Where in the pool the first byte is that is not zero, though no vector is placed. */
  OptionalLong stray() {
    long size = pool.byteSize();
    if (size == 0) {
      return OptionalLong.empty();
    }
    for (int i = 0; i < Long.BYTES; i++) {
      if (pool.get(ValueLayout.JAVA_BYTE, i) != 0) {
        return OptionalLong.of(i);
      }
    }
    // The pool against itself, eight bytes further: equal everywhere means zero everywhere.
    long differing = MemorySegment.mismatch(pool, Long.BYTES, size, pool, 0, size - Long.BYTES);
    return differing < 0 ? OptionalLong.empty() : OptionalLong.of(differing + Long.BYTES);
  }

  /** The gpa that a place in the pool had for the vector placed last. */
  long gpa(long offset) {
    int slot = offsets.length - 1;
    while (slot > 0 && offsets[slot] > offset) {
      slot--;
    }
    return current.slots().get(slot).baseGpa() + offset - offsets[slot];
  }

  /** Zeroes everything. */
  void clear() {
    pool.fill((byte) 0);
  }

  @Override
  public void close() {
    arena.close();
  }
}
