package org.pagestamp.slot;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;

/**
 * The conditions on slots, each refusal with its reason; KVM's are in {@code
 * kvm_set_memory_region}.
 */
final class SlotRules {
  private static final long END_OF_GUEST_MEMORY = 1L << 52;

  /** KVM_MEM_MAX_NR_PAGES. */
  private static final long MAX_PAGES = (1L << 31) - 1;

  private SlotRules() {}

  static void requireRange(long baseGpa, long byteSize) {
    if (byteSize == 0) {
      throw refused(baseGpa, byteSize, "is empty: a slot has at least one page");
    }
    if (((baseGpa | byteSize) & MemSlot.PAGE_SIZE - 1) != 0) {
      throw refused(baseGpa, byteSize, "is not aligned: base and size are multiples of 0x1000");
    }
    if (byteSize >>> MemSlot.PAGE_SHIFT > MAX_PAGES) {
      throw refused(baseGpa, byteSize, "has more than 2^31-1 pages: split it");
    }
    if (Long.compareUnsigned(baseGpa, END_OF_GUEST_MEMORY - byteSize) > 0) {
      throw refused(baseGpa, byteSize, "ends beyond 2^52, where no guest-physical address lies");
    }
  }

  private static IllegalArgumentException refused(long baseGpa, long byteSize, String reason) {
    return new IllegalArgumentException(
        String.format(Locale.ROOT, "slot at 0x%x of 0x%x bytes %s", baseGpa, byteSize, reason));
  }

  static void requireBacked(long baseGpa, long byteSize, Backing backing) {
    if (backing.byteSize() < byteSize) {
      String found = String.format(Locale.ROOT, "0x%x", backing.byteSize());
      throw refused(baseGpa, byteSize, "is larger than its backing, which has " + found);
    }
  }

  static void requireDisjoint(List<MemSlot> sorted) {
    for (int i = 1; i < sorted.size(); i++) {
      MemSlot lower = sorted.get(i - 1);
      MemSlot upper = sorted.get(i);
      if (upper.baseGfn() < lower.baseGfn() + lower.pages()) {
        throw new IllegalArgumentException("slot " + upper + " overlaps slot " + lower);
      }
    }
  }

  /**
   * Entries of up to so many bytes can be updated in this memory whatever the update mode; 0 if the
   * memory must be asked.
   */
  static int atomicBytes(Backing backing, long byteSize) {
    return switch (backing) {
      case AccessorBacking _ -> 0;
      case SegmentBacking segment -> {
        MemorySegment memory = segment.slice(byteSize);
        boolean usable = !memory.isReadOnly() && isShared(memory);
        yield usable ? (int) Math.min(memory.maxByteAlignment(), Long.BYTES) : 0;
      }
    };
  }

  private static boolean isShared(MemorySegment memory) {
    return memory.isAccessibleBy(new Thread("another vCPU"));
  }

  static void requireUpdatable(MemSlot slot, int entryBytes, UpdateMode mode) {
    String problem = slot.isReadOnly() ? null : problem(slot, entryBytes, mode);
    if (problem != null) {
      throw new IllegalArgumentException("slot " + slot + ": " + problem);
    }
  }

  private static String problem(MemSlot slot, int entryBytes, UpdateMode mode) {
    return switch (slot.backing()) {
      case AccessorBacking(MemoryAccessor accessor) ->
          mode == UpdateMode.ATOMIC && !accessor.isAtomic()
              ? "its accessor says that its compare-and-set is not atomic: " + REMEDY
              : null;
      case SegmentBacking backing -> problem(backing, slot.byteSize(), entryBytes, mode);
    };
  }

  private static final String REMEDY =
      "build the layout with UpdateMode.SINGLE_VCPU if one virtual CPU runs at a time";

  private static String problem(
      SegmentBacking backing, long byteSize, int entryBytes, UpdateMode mode) {
    MemorySegment memory = backing.slice(byteSize);
    if (memory.isReadOnly()) {
      return "its MemorySegment is read-only: make the slot READONLY or map the memory writable";
    }
    if (mode == UpdateMode.SINGLE_VCPU) {
      return null;
    }
    if (memory.maxByteAlignment() < entryBytes) {
      return "its memory is aligned to "
          + memory.maxByteAlignment()
          + " byte(s), so an entry of "
          + entryBytes
          + " bytes cannot be updated atomically (use native memory or a long[]): "
          + REMEDY;
    }
    if (!isShared(memory)) {
      return "its arena is confined to one thread (use Arena.ofShared()): " + REMEDY;
    }
    return null;
  }
}
