package org.pagestamp.conformance.group;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;

/**
 * Slots with memory of their own.
 *
 * @param layout the slots
 * @param memories the memory of each, in the layout's order
 */
record GuestCopy(SlotLayout layout, List<MemorySegment> memories) {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Stores an entry of 4 or 8 bytes, in a read-only slot too. */
  void store(long gpa, long value, int width) {
    int slot = layout.indexOf(gpa >>> MemSlot.PAGE_SHIFT);
    long offset = gpa - layout.slots().get(slot).baseGpa();
    if (width == Integer.BYTES) {
      memories.get(slot).set(INT, offset, (int) value);
    } else {
      memories.get(slot).set(LONG, offset, value);
    }
  }

  /** The 8 bytes at {@code gpa}. */
  long load(long gpa) {
    int slot = layout.indexOf(gpa >>> MemSlot.PAGE_SHIFT);
    return memories.get(slot).get(LONG, gpa - layout.slots().get(slot).baseGpa());
  }

  /** The first difference to another copy, in memory or in a dirty log; empty if there is none. */
  String difference(GuestCopy other) {
    for (int i = 0; i < memories.size(); i++) {
      MemSlot slot = layout.slots().get(i);
      long at = memories.get(i).mismatch(other.memories.get(i));
      if (at >= 0) {
        long gpa = slot.baseGpa() + (at & -8L);
        return String.format(
            Locale.ROOT, "0x%x holds 0x%x and 0x%x", gpa, load(gpa), other.load(gpa));
      }
      MemSlot others = other.layout.slots().get(i);
      if (slot.dirtyLog() != null
          && !Arrays.equals(slot.dirtyLog().get(), others.dirtyLog().get())) {
        return String.format(
            Locale.ROOT,
            "dirty log of slot %s: %s and %s",
            slot,
            Arrays.toString(slot.dirtyLog().get()),
            Arrays.toString(others.dirtyLog().get()));
      }
    }
    return "";
  }
}
