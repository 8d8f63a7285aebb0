package org.pagestamp.interpreter;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.pagestamp.choice.Choices;
import org.pagestamp.choice.EntryStore;
import org.pagestamp.choice.ReadOnlyTables;
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
  final EntryStore store;

  EntryMemory(MemSlot slot, Choices choices) {
    keptBits = keeps(slot, choices.readOnly()) ? EntryBits.A | EntryBits.D : 0;
    store = choices.store();
  }

  private static boolean keeps(MemSlot slot, ReadOnlyTables readOnly) {
    return switch (readOnly) {
      case NONE -> true;
      case SKIP, FAULT_ALWAYS -> slot.isReadOnly();
      case FAULT_IF_NEEDED, DISCARD -> false;
    };
  }

  /** The bits of entries that no walk is to set: A and D in a read-only slot, mostly. */
  final long keptBits() {
    return keptBits;
  }

  /** Reads the entry at {@code gpa}, which lies in the slot. */
  abstract long read(long gpa);

  /**
   * Stores {@code value} if the entry is still {@code expected}, as far as {@link EntryStore} looks
   * at it.
   */
  abstract boolean update(long gpa, long expected, long value);

  /** The entries of {@code entryBytes} bytes in {@code slot}. */
  static EntryMemory of(MemSlot slot, int entryBytes, UpdateMode mode, Choices choices) {
    boolean wide = entryBytes == Long.BYTES;
    return switch (slot.backing()) {
      case AccessorBacking(MemoryAccessor accessor) ->
          wide
              ? new AccessorLongs(slot, accessor, choices)
              : new AccessorInts(slot, accessor, choices);
      case SegmentBacking backing -> {
        MemorySegment memory = backing.slice(slot.byteSize());
        boolean atomic = mode == UpdateMode.ATOMIC;
        yield wide
            ? new SegmentLongs(slot, memory, atomic, choices)
            : new SegmentInts(slot, memory, atomic, choices);
      }
    };
  }

  /** The entries in each of {@code slots}. */
  static EntryMemory[] ofAll(MemSlot[] slots, int entryBytes, UpdateMode mode, Choices choices) {
    EntryMemory[] memories = new EntryMemory[slots.length];
    for (int i = 0; i < slots.length; i++) {
      memories[i] = of(slots[i], entryBytes, mode, choices);
    }
    return memories;
  }

  /** Stores 4 bytes if they are still as expected. */
  private static boolean replaceInt(
      MemorySegment memory, boolean atomic, long offset, int expected, int value) {
    if (atomic) {
      return INT_ENTRY.compareAndSet(memory, offset, expected, value);
    }
    if (memory.get(INT, offset) != expected) {
      return false;
    }
    memory.set(INT, offset, value);
    return true;
  }

  private static final class SegmentLongs extends EntryMemory {
    private final MemorySegment memory;
    private final long base;
    private final boolean atomic;

    SegmentLongs(MemSlot slot, MemorySegment memory, boolean atomic, Choices choices) {
      super(slot, choices);
      this.memory = memory;
      this.base = slot.baseGpa();
      this.atomic = atomic;
    }

    @Override
    long read(long gpa) {
      return memory.get(LONG, gpa - base);
    }

    @Override
    boolean update(long gpa, long expected, long value) {
      long offset = gpa - base;
      return switch (store) {
        case COMPARE_ALL -> replace(offset, expected, value);
        case COMPARE_LOW_HALF -> replaceInt(memory, atomic, offset, (int) expected, (int) value);
        case PLAIN -> {
          memory.set(LONG, offset, value);
          yield true;
        }
      };
    }

    private boolean replace(long offset, long expected, long value) {
      if (atomic) {
        return LONG_ENTRY.compareAndSet(memory, offset, expected, value);
      }
      if (memory.get(LONG, offset) != expected) {
        return false;
      }
      memory.set(LONG, offset, value);
      return true;
    }
  }

  private static final class SegmentInts extends EntryMemory {
    private final MemorySegment memory;
    private final long base;
    private final boolean atomic;

    SegmentInts(MemSlot slot, MemorySegment memory, boolean atomic, Choices choices) {
      super(slot, choices);
      this.memory = memory;
      this.base = slot.baseGpa();
      this.atomic = atomic;
    }

    @Override
    long read(long gpa) {
      return Integer.toUnsignedLong(memory.get(INT, gpa - base));
    }

    @Override
    boolean update(long gpa, long expected, long value) {
      if (store != EntryStore.PLAIN) {
        return replaceInt(memory, atomic, gpa - base, (int) expected, (int) value);
      }
      memory.set(INT, gpa - base, (int) value);
      return true;
    }
  }

  private static final class AccessorLongs extends EntryMemory {
    private final MemoryAccessor accessor;

    AccessorLongs(MemSlot slot, MemoryAccessor accessor, Choices choices) {
      super(slot, choices);
      this.accessor = accessor;
    }

    @Override
    long read(long gpa) {
      return accessor.getLong(gpa);
    }

    @Override
    boolean update(long gpa, long expected, long value) {
      return switch (store) {
        case COMPARE_ALL -> accessor.compareAndSetLong(gpa, expected, value);
        case COMPARE_LOW_HALF -> accessor.compareAndSetInt(gpa, (int) expected, (int) value);
        case PLAIN -> {
          accessor.putLong(gpa, value);
          yield true;
        }
      };
    }
  }

  private static final class AccessorInts extends EntryMemory {
    private final MemoryAccessor accessor;

    AccessorInts(MemSlot slot, MemoryAccessor accessor, Choices choices) {
      super(slot, choices);
      this.accessor = accessor;
    }

    @Override
    long read(long gpa) {
      return Integer.toUnsignedLong(accessor.getInt(gpa));
    }

    @Override
    boolean update(long gpa, long expected, long value) {
      if (store != EntryStore.PLAIN) {
        return accessor.compareAndSetInt(gpa, (int) expected, (int) value);
      }
      accessor.putInt(gpa, (int) value);
      return true;
    }
  }
}
