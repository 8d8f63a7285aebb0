package org.pagestamp.interpreter;

import org.pagestamp.choice.ReadOnlyTables;
import org.pagestamp.choice.UpdateTiming;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.walk.WalkRecord;

/**
 * Setting accessed and dirty bits once an access is known to succeed: KVM's {@code
 * update_accessed_dirty_bits}, and what others do instead.
 */
final class AccessedDirty {
  /** What an update comes to, if not to the level of a read-only slot that makes it a fault. */
  static final int UPDATED = 0;

  /** An entry has changed since it was read: the walk must start over. */
  static final int CHANGED = -1;

  private final MemSlot[] slots;
  private final EntryMemory[] memories;
  private final boolean eager;
  private final boolean refuses;

  AccessedDirty(Role role, MemSlot[] slots, EntryMemory[] memories) {
    this.slots = slots;
    this.memories = memories;
    eager = role.choices().timing() == UpdateTiming.EAGER;
    refuses = role.choices().readOnly() == ReadOnlyTables.FAULT_IF_NEEDED;
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

  /** Whether entries that point to tables get their bits on the way down. */
  boolean isEager() {
    return eager;
  }

  /**
   * Sets the bits from the root down, each entry by compare-and-set of the value that was checked;
   * of an eager walk those of the leaf, as the others have theirs.
   *
   * @param stores whether to; otherwise only finds out whether a slot would refuse
   * @return {@link #UPDATED}, {@link #CHANGED}, or the level of the slot that refuses
   */
  int update(WalkRecord record, boolean write, boolean stores) {
    int first = eager ? record.lowest() : record.top();
    for (int level = first; level >= record.lowest(); level--) {
      int updated = update(record, level, write, stores);
      if (updated != UPDATED) {
        return updated;
      }
    }
    return UPDATED;
  }

  /** Sets the bits of the recorded entry of one level. */
  int update(WalkRecord record, int level, boolean write, boolean stores) {
    long entry = record.entry(level);
    long wanted = wanted(entry, level == record.lowest(), write);
    int slot = record.slot(level);
    if (wanted == entry) {
      return UPDATED;
    }
    if (slots[slot].isReadOnly()) {
      return refuses ? level : UPDATED; // it keeps its bits; the access and the other levels go on
    }
    if (!stores) {
      return UPDATED;
    }
    if (!memories[slot].update(record.entryGpa(level), entry, wanted)) {
      return CHANGED;
    }
    slots[slot].markDirty(record.entryGpa(level) >>> MemSlot.PAGE_SHIFT);
    return UPDATED;
  }

  /** The leaf as {@link #update} leaves it, as far as the walk knows. */
  static long leafAfter(long leaf, long keptBits, boolean write) {
    return keptBits != 0 ? leaf : wanted(leaf, true, write);
  }
}
