package org.pagestamp.guest;

import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;

/** Builds slots from ranges of files, which need not be whole pages. */
final class SlotAssembly {
  private final SlotLayout.Builder builder = SlotLayout.builder();

  SlotLayout.Builder builder() {
    return builder;
  }

  /**
   * Adds the whole pages of a range, as hypervisors round memory to pages; nothing if there is
   * none. ROM becomes read-only.
   *
   * @param memory holds the first byte of the range at {@code offset}
   */
  void add(PhysicalMap.Range range, MemorySegment memory, long offset) {
    long first = roundUp(range.base());
    long end = range.end() & -MemSlot.PAGE_SIZE;
    if (end > first) {
      Set<SlotFlag> flags = EnumSet.noneOf(SlotFlag.class);
      if (range.kind() == SlotKind.ROM) {
        flags.add(SlotFlag.READONLY);
      }
      builder.slot(first, end - first, flags, Backing.of(memory, offset + first - range.base()));
    }
  }

  /** Bytes of all pages that a range touches. */
  static long roomFor(PhysicalMap.Range range) {
    return roundUp(range.end()) - (range.base() & -MemSlot.PAGE_SIZE);
  }

  private static long roundUp(long gpa) {
    return (gpa + MemSlot.PAGE_SIZE - 1) & -MemSlot.PAGE_SIZE;
  }
}
