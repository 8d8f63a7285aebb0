package org.pagestamp.interpreter;

import org.pagestamp.choice.Choices;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.PendingStores;

/**
 * Page-table entries of one size in all slots of a layout, as memory holds them, or as it would if
 * pending stores were made.
 */
final class TableMemory {
  private final SlotLayout layout;
  private final MemSlot[] slots;
  private final EntryMemory[] memories;
  private final int entryBytes;

  TableMemory(SlotLayout layout, int entryBytes, Choices choices) {
    this.layout = layout;
    this.entryBytes = entryBytes;
    slots = layout.slots().toArray(MemSlot[]::new);
    memories = EntryMemory.ofAll(slots, entryBytes, layout.updateMode(), choices);
  }

  /** Index of the slot that holds {@code gpa}, or -1. */
  int slotOf(long gpa) {
    return layout.indexOf(gpa >>> MemSlot.PAGE_SHIFT);
  }

  /** The slot that holds {@code gpa}, or null. */
  MemSlot find(long gpa) {
    return layout.find(gpa >>> MemSlot.PAGE_SHIFT);
  }

  boolean isReadOnly(int slot) {
    return slots[slot].isReadOnly();
  }

  /** The slot's entries; what they keep to themselves is {@link EntryMemory#keptBits()}. */
  EntryMemory of(int slot) {
    return memories[slot];
  }

  /**
   * Reads an entry.
   *
   * @param pending null for what memory holds
   */
  long read(int slot, long gpa, PendingStores pending) {
    long entry = memories[slot].read(gpa);
    return pending == null ? entry : pending.over(gpa, entry, entryBytes);
  }

  /**
   * Stores an entry if it is still as expected, and marks its page dirty.
   *
   * @param slot a writable one
   * @param pending gets the store; null for memory
   */
  boolean update(int slot, long gpa, long expected, long value, PendingStores pending) {
    boolean stored = store(slot, gpa, expected, value, pending);
    if (stored && pending == null) {
      slots[slot].markDirty(gpa >>> MemSlot.PAGE_SHIFT);
    }
    return stored;
  }

  /** As {@link #update}, but the page of {@code marked} is marked dirty, if a slot holds it. */
  boolean updateMarking(
      long marked, int slot, long gpa, long expected, long value, PendingStores pending) {
    boolean stored = store(slot, gpa, expected, value, pending);
    MemSlot other = stored && pending == null ? find(marked) : null;
    if (other != null) {
      other.markDirty(marked >>> MemSlot.PAGE_SHIFT);
    }
    return stored;
  }

  private boolean store(int slot, long gpa, long expected, long value, PendingStores pending) {
    if (pending == null) {
      return memories[slot].update(gpa, expected, value);
    }
    if (read(slot, gpa, pending) != expected) {
      return false;
    }
    pending.put(gpa, value, entryBytes);
    return true;
  }
}
