package org.pagestamp.conformance.group;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.pagestamp.conformance.VectorEntry;
import org.pagestamp.conformance.VectorSlot;

/** What the memory of a machine must hold, kept apart from it. */
final class ExpectedMemory implements OtherVcpu.Memory {
  private static final int PAGE_WORDS = 512;

  private final long[] bases;
  private final long[] ends;
  private final boolean[] readOnly;
  private final long[] poolOffsets;

  /** The pages of all slots, one after another; null stands for a page of zeros. */
  private final long[][] pages;

  private final int entryBytes;
  private int last;

  /**
   * Zeroed memory.
   *
   * @param entryBytes how wide its loads and stores are, 4 or 8
   */
  ExpectedMemory(List<VectorSlot> slots, int entryBytes) {
    this.entryBytes = entryBytes;
    List<VectorSlot> sorted = new ArrayList<>(slots);
    sorted.sort(Comparator.comparingLong(VectorSlot::baseGpa));
    int count = sorted.size();
    bases = new long[count];
    ends = new long[count];
    readOnly = new boolean[count];
    poolOffsets = new long[count];
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      VectorSlot slot = sorted.get(i);
      bases[i] = slot.baseGpa();
      ends[i] = slot.baseGpa() + slot.byteSize();
      readOnly[i] = slot.readOnly();
      poolOffsets[i] = bytes;
      bytes += slot.byteSize();
    }
    pages = new long[(int) (bytes >>> 12)][];
  }

  /** The slot that holds {@code gpa}, or -1: the one with base &lt;= gpa &lt; end. */
  int slotOf(long gpa) {
    if (last < bases.length && bases[last] <= gpa && gpa < ends[last]) {
      return last;
    }
    int low = 0;
    int high = bases.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ends[middle] <= gpa) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low == bases.length || gpa < bases[low]) {
      return -1;
    }
    last = low;
    return low;
  }

  boolean isReadOnly(int slot) {
    return readOnly[slot];
  }

  /** Where in the machine's memory {@code gpa} is. */
  long poolOffset(int slot, long gpa) {
    return poolOffsets[slot] + gpa - bases[slot];
  }

  /** The entry at {@code gpa}, zero-extended. */
  long load(int slot, long gpa) {
    long offset = poolOffset(slot, gpa);
    long[] page = pages[(int) (offset >>> 12)];
    if (page == null) {
      return 0;
    }
    long word = page[(int) (offset >>> 3) & (PAGE_WORDS - 1)];
    return entryBytes == Long.BYTES ? word : word >>> (8 * (offset & 4)) & 0xFFFF_FFFFL;
  }

  void store(int slot, long gpa, long value) {
    long offset = poolOffset(slot, gpa);
    int number = (int) (offset >>> 12);
    if (pages[number] == null) {
      pages[number] = new long[PAGE_WORDS];
    }
    int word = (int) (offset >>> 3) & (PAGE_WORDS - 1);
    if (entryBytes == Long.BYTES) {
      pages[number][word] = value;
    } else {
      long shift = 8 * (offset & 4);
      long other = pages[number][word] & ~(0xFFFF_FFFFL << shift);
      pages[number][word] = other | (value & 0xFFFF_FFFFL) << shift;
    }
  }

  @Override
  public long load(long gpa) {
    return load(slotOf(gpa), gpa);
  }

  @Override
  public void store(long gpa, long value) {
    store(slotOf(gpa), gpa, value);
  }

  /** A page's words; null for a page of zeros. */
  long[] page(int number) {
    return pages[number];
  }

  int pageCount() {
    return pages.length;
  }

  /** All entries that are not zero. */
  List<VectorEntry> entries() {
    List<VectorEntry> entries = new ArrayList<>();
    for (int slot = 0; slot < bases.length; slot++) {
      for (long page = bases[slot]; page < ends[slot]; page += 0x1000) {
        long[] words = pages[(int) (poolOffset(slot, page) >>> 12)];
        if (words != null) {
          addEntries(entries, words, slot, page);
        }
      }
    }
    return entries;
  }

  private void addEntries(List<VectorEntry> entries, long[] words, int slot, long page) {
    for (int i = 0; i < PAGE_WORDS; i++) {
      if (words[i] == 0) {
        continue; // as nearly all are
      }
      long word = page + (long) i * Long.BYTES;
      for (long gpa = word; gpa < word + Long.BYTES; gpa += entryBytes) {
        long value = load(slot, gpa);
        if (value != 0) {
          entries.add(new VectorEntry(gpa, value, entryBytes));
        }
      }
    }
  }
}
