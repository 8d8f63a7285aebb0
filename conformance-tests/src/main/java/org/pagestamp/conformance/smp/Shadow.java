package org.pagestamp.conformance.smp;

import java.lang.foreign.MemorySegment;
import org.pagestamp.slot.DirtyLog;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SegmentBacking;

/**
 * A copy of a slot's memory that is kept up by its dirty log alone, as a migration keeps its target
 * up. Where a page of it differs from the slot in the end, a dirty page was lost.
 */
final class Shadow {
  private final byte[] copy;

  /** A copy of memory that is still all zero. */
  Shadow(MemSlot slot) {
    copy = new byte[(int) slot.byteSize()];
  }

  /** Copies everything; what changes meanwhile is in the log afterwards. */
  void takeAll(MemSlot slot) {
    MemorySegment.copy(memory(slot), 0, MemorySegment.ofArray(copy), 0, copy.length);
  }

  /**
   * Takes the dirty log, and copies the pages it tells of.
   *
   * @return how many
   */
  int takeDirty(MemSlot slot, DirtyLog log) {
    long[] bits = log.getAndClear();
    int pages = 0;
    for (int word = 0; word < bits.length; word++) {
      for (long left = bits[word]; left != 0; left &= left - 1) {
        long at = ((long) word * Long.SIZE + Long.numberOfTrailingZeros(left)) * MemSlot.PAGE_SIZE;
        MemorySegment.copy(memory(slot), at, MemorySegment.ofArray(copy), at, MemSlot.PAGE_SIZE);
        pages++;
      }
    }
    return pages;
  }

  /** The first page that differs from the slot's memory, which nobody writes now; or -1. */
  int lostPage(MemSlot slot) {
    long mismatch = memory(slot).mismatch(MemorySegment.ofArray(copy));
    return mismatch < 0 ? -1 : (int) (mismatch / MemSlot.PAGE_SIZE);
  }

  private static MemorySegment memory(MemSlot slot) {
    return ((SegmentBacking) slot.backing()).slice(slot.byteSize());
  }
}
