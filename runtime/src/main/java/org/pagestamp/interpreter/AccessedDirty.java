package org.pagestamp.interpreter;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.walk.WalkRecord;

/**
 * Setting accessed and dirty bits once an access is known to succeed: KVM's {@code
 * update_accessed_dirty_bits}.
 */
final class AccessedDirty {
  private final MemSlot[] slots;
  private final EntryMemory[] memories;

  AccessedDirty(MemSlot[] slots, EntryMemory[] memories) {
    this.slots = slots;
    this.memories = memories;
  }

  /** The entry of a level with the bits that this access sets: A, and in a written leaf D. */
  static long wanted(long entry, boolean leaf, boolean write) {
    return entry | EntryBits.A | (leaf && write ? EntryBits.D : 0);
  }

  /**
   * Whether every level has the bits of this access, bits that are kept as they are included.
   *
   * @param combined AND of the entries of all levels
   */
  static boolean isComplete(long combined, long leaf, boolean write) {
    return (combined & EntryBits.A) != 0 && !(write && (leaf & EntryBits.D) == 0);
  }

  /**
   * Sets the bits from the root down, each entry by compare-and-set of the value that was checked.
   *
   * @return false if an entry has changed since it was read: the walk must start over
   */
  boolean update(WalkRecord record, boolean write) {
    for (int level = record.top(); level >= record.lowest(); level--) {
      long entry = record.entry(level);
      long wanted = wanted(entry, level == record.lowest(), write);
      int slot = record.slot(level);
      if (wanted == entry || slots[slot].isReadOnly()) {
        continue; // a read-only slot keeps its bits; the access and the other levels go on
      }
      if (!memories[slot].compareAndSet(record.entryGpa(level), entry, wanted)) {
        return false;
      }
      slots[slot].markDirty(record.entryGpa(level) >>> MemSlot.PAGE_SHIFT);
    }
    return true;
  }

  /** The leaf as {@link #update} leaves it. */
  static long leafAfter(long leaf, EntryMemory memory, boolean write) {
    return memory.keptBits() != 0 ? leaf : wanted(leaf, true, write);
  }
}
