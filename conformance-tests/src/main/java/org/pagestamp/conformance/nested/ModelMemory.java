package org.pagestamp.conformance.nested;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.pagestamp.conformance.VectorSlot;

/**
 * What the memory of a machine must hold: entries of 4 and 8 bytes in slots, and a journal of the
 * stores since the last {@link #forget} or {@link #undo}.
 */
final class ModelMemory {
  private static final int MOST_STORES = 8192;

  private final long[] bases;
  private final long[] ends;
  private final boolean[] readOnly;
  private final long[] offsets;
  private final long[] words;
  private final long[] storedAt = new long[MOST_STORES];
  private final long[] storedOver = new long[MOST_STORES];
  private final long[] marked = new long[MOST_STORES];
  private int stores;
  private int last;

  /** Zeroed memory. */
  ModelMemory(List<VectorSlot> slots) {
    List<VectorSlot> sorted = new ArrayList<>(slots);
    sorted.sort(Comparator.comparingLong(VectorSlot::baseGpa));
    int count = sorted.size();
    bases = new long[count];
    ends = new long[count];
    readOnly = new boolean[count];
    offsets = new long[count];
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      VectorSlot slot = sorted.get(i);
      bases[i] = slot.baseGpa();
      ends[i] = slot.baseGpa() + slot.byteSize();
      readOnly[i] = slot.readOnly();
      offsets[i] = bytes;
      bytes += slot.byteSize();
    }
    words = new long[(int) (bytes >>> 3)];
  }

  /** The slot that holds {@code gpa}, or -1. */
  int slotOf(long gpa) {
    if (last < bases.length && bases[last] <= gpa && gpa < ends[last]) {
      return last;
    }
    for (int i = 0; i < bases.length; i++) {
      if (bases[i] <= gpa && gpa < ends[i]) {
        last = i;
        return i;
      }
    }
    return -1;
  }

  boolean isReadOnly(int slot) {
    return readOnly[slot];
  }

  private int word(int slot, long gpa) {
    return (int) ((offsets[slot] + gpa - bases[slot]) >>> 3);
  }

  /** The entry at {@code gpa}, zero-extended. */
  long load(int slot, long gpa, int width) {
    long word = words[word(slot, gpa)];
    return width == Long.BYTES ? word : word >>> (8 * (gpa & 4)) & 0xFFFF_FFFFL;
  }

  /** As a machine's builder: in no journal. */
  void put(int slot, long gpa, long value, int width) {
    int at = word(slot, gpa);
    if (width == Long.BYTES) {
      words[at] = value;
    } else {
      long shift = 8 * (gpa & 4);
      words[at] = (words[at] & ~(0xFFFF_FFFFL << shift)) | (value & 0xFFFF_FFFFL) << shift;
    }
  }

  /** As a walk. */
  void store(int slot, long gpa, long value, int width) {
    storeMarking(slot, gpa, value, width, gpa);
  }

  /** As a walk that marks another page dirty than the one it changes, if it is in a slot. */
  void storeMarking(int slot, long gpa, long value, int width, long other) {
    storedAt[stores] = gpa & ~7L;
    storedOver[stores] = words[word(slot, gpa)];
    marked[stores] = other;
    stores++;
    put(slot, gpa, value, width);
  }

  /** How many stores the journal has. */
  int stores() {
    return stores;
  }

  /** The address of the 8 bytes that a store has changed. */
  long storedAt(int number) {
    return storedAt[number];
  }

  /** The 8 bytes that a store has replaced. */
  long storedOver(int number) {
    return storedOver[number];
  }

  /** The 8 bytes at an address. */
  long wordAt(long gpa) {
    return words[word(slotOf(gpa), gpa)];
  }

  /** The pages that the journal's stores have marked dirty. */
  SortedSet<Long> markedPages() {
    SortedSet<Long> pages = new TreeSet<>();
    for (int i = 0; i < stores; i++) {
      if (slotOf(marked[i]) >= 0) {
        pages.add(marked[i] & -0x1000L);
      }
    }
    return pages;
  }

  /** Takes the journal's stores back. */
  void undo() {
    while (stores > 0) {
      stores--;
      words[word(slotOf(storedAt[stores]), storedAt[stores])] = storedOver[stores];
    }
  }

  /** Empties the journal. */
  void forget() {
    stores = 0;
  }

  /** All memory, slot after slot from the lowest base. */
  long[] words() {
    return words;
  }
}
