package org.pagestamp.interpreter;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.slot.AccessorBacking;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.MemoryAccessor;
import org.pagestamp.slot.SegmentBacking;
import org.pagestamp.slot.UpdateMode;

/** Page-table entries in the memory of one slot; 4-byte entries are zero-extended. */
abstract sealed class EntryMemory {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** For atomic updates, which need aligned memory. */
  private static final VarHandle INT_ENTRY =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private static final VarHandle LONG_ENTRY =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private final long keptBits;

  EntryMemory(MemSlot slot) {
    keptBits = slot.isReadOnly() ? EntryBits.A | EntryBits.D : 0;
  }

  /** The bits of entries that no walk sets: A and D in a read-only slot. */
  final long keptBits() {
    return keptBits;
  }

  /** Reads the entry at {@code gpa}, which lies in the slot. */
  abstract long read(long gpa);

  /** Stores {@code value} if the entry is still {@code expected}. */
  abstract boolean compareAndSet(long gpa, long expected, long value);

  /** The entries of {@code entryBytes} bytes in {@code slot}. */
  static EntryMemory of(MemSlot slot, int entryBytes, UpdateMode mode) {
    boolean wide = entryBytes == Long.BYTES;
    return switch (slot.backing()) {
      case AccessorBacking(MemoryAccessor accessor) ->
          wide ? new AccessorLongs(slot, accessor) : new AccessorInts(slot, accessor);
      case SegmentBacking backing -> {
        MemorySegment memory = backing.slice(slot.byteSize());
        boolean atomic = mode == UpdateMode.ATOMIC;
        yield wide ? new SegmentLongs(slot, memory, atomic) : new SegmentInts(slot, memory, atomic);
      }
    };
  }

  /** The entries in each of {@code slots}. */
  static EntryMemory[] ofAll(MemSlot[] slots, int entryBytes, UpdateMode mode) {
    EntryMemory[] memories = new EntryMemory[slots.length];
    for (int i = 0; i < slots.length; i++) {
      memories[i] = of(slots[i], entryBytes, mode);
    }
    return memories;
  }

  private static final class SegmentLongs extends EntryMemory {
    private final MemorySegment memory;
    private final long base;
    private final boolean atomic;

    SegmentLongs(MemSlot slot, MemorySegment memory, boolean atomic) {
      super(slot);
      this.memory = memory;
      this.base = slot.baseGpa();
      this.atomic = atomic;
    }

    @Override
    long read(long gpa) {
      return memory.get(LONG, gpa - base);
    }

    @Override
    boolean compareAndSet(long gpa, long expected, long value) {
      if (atomic) {
        return LONG_ENTRY.compareAndSet(memory, gpa - base, expected, value);
      }
      if (read(gpa) != expected) {
        return false;
      }
      memory.set(LONG, gpa - base, value);
      return true;
    }
  }

  private static final class SegmentInts extends EntryMemory {
    private final MemorySegment memory;
    private final long base;
    private final boolean atomic;

    SegmentInts(MemSlot slot, MemorySegment memory, boolean atomic) {
      super(slot);
      this.memory = memory;
      this.base = slot.baseGpa();
      this.atomic = atomic;
    }

    @Override
    long read(long gpa) {
      return Integer.toUnsignedLong(memory.get(INT, gpa - base));
    }

    @Override
    boolean compareAndSet(long gpa, long expected, long value) {
      if (atomic) {
        return INT_ENTRY.compareAndSet(memory, gpa - base, (int) expected, (int) value);
      }
      if (read(gpa) != expected) {
        return false;
      }
      memory.set(INT, gpa - base, (int) value);
      return true;
    }
  }

  private static final class AccessorLongs extends EntryMemory {
    private final MemoryAccessor accessor;

    AccessorLongs(MemSlot slot, MemoryAccessor accessor) {
      super(slot);
      this.accessor = accessor;
    }

    @Override
    long read(long gpa) {
      return accessor.getLong(gpa);
    }

    @Override
    boolean compareAndSet(long gpa, long expected, long value) {
      return accessor.compareAndSetLong(gpa, expected, value);
    }
  }

  private static final class AccessorInts extends EntryMemory {
    private final MemoryAccessor accessor;

    AccessorInts(MemSlot slot, MemoryAccessor accessor) {
      super(slot);
      this.accessor = accessor;
    }

    @Override
    long read(long gpa) {
      return Integer.toUnsignedLong(accessor.getInt(gpa));
    }

    @Override
    boolean compareAndSet(long gpa, long expected, long value) {
      return accessor.compareAndSetInt(gpa, (int) expected, (int) value);
    }
  }
}
