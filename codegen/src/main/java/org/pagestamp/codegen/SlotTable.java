package org.pagestamp.codegen;

import java.util.Arrays;
import java.util.List;
import org.pagestamp.slot.MemSlot;

/**
 * Slot numbers by guest frame, for layouts with many slots: one {@code int} for each granule of 2
 * MiB, and for a granule that several slots or holes share 512 more, one for each page.
 *
 * <p>A granule's {@code int} is a slot number, {@link #HOLE}, or, below that, {@code -2 - i} where
 * the granule's pages begin at {@code i} of the pages. Layouts too scattered for a table of {@value
 * #MOST_GRANULES} granules are searched instead.
 */
final class SlotTable {
  /** No slot. */
  static final int HOLE = -1;

  static final int GRANULE_SHIFT = 9;
  private static final int PAGES = 1 << GRANULE_SHIFT;

  /** The table spans up to 2 TiB in 4 MiB. */
  static final long MOST_GRANULES = 1L << 20;

  private final long first;
  private final int[] granules;
  private int[] pages = new int[0];
  private int pageCount;

  private SlotTable(long first, int count) {
    this.first = first;
    this.granules = new int[count];
    Arrays.fill(granules, HOLE);
  }

  /** The table for slots numbered by their position, or null if they are too scattered. */
  static SlotTable of(List<MemSlot> slots) {
    long low = slots.stream().mapToLong(MemSlot::baseGfn).min().orElseThrow();
    long high = slots.stream().mapToLong(slot -> slot.baseGfn() + slot.pages()).max().orElseThrow();
    long first = low >>> GRANULE_SHIFT;
    long count = ((high - 1) >>> GRANULE_SHIFT) - first + 1;
    if (count > MOST_GRANULES) {
      return null;
    }
    SlotTable table = new SlotTable(first, (int) count);
    for (int number = 0; number < slots.size(); number++) {
      table.add(number, slots.get(number));
    }
    table.pages = Arrays.copyOf(table.pages, table.pageCount);
    return table;
  }

  private void add(int number, MemSlot slot) {
    long gfn = slot.baseGfn();
    long end = gfn + slot.pages();
    while (gfn < end) {
      long granuleEnd = (gfn | (PAGES - 1)) + 1;
      long partEnd = Math.min(end, granuleEnd);
      int granule = (int) ((gfn >>> GRANULE_SHIFT) - first);
      if (partEnd - gfn == PAGES) {
        granules[granule] = number;
      } else {
        int start = pagesOf(granule) + (int) (gfn & (PAGES - 1));
        Arrays.fill(pages, start, start + (int) (partEnd - gfn), number);
      }
      gfn = partEnd;
    }
  }

  /** Where the pages of a shared granule begin; makes them if need be. */
  private int pagesOf(int granule) {
    if (granules[granule] == HOLE) {
      granules[granule] = HOLE - 1 - pageCount;
      if (pageCount == pages.length) {
        pages = Arrays.copyOf(pages, Math.max(PAGES, 2 * pageCount));
      }
      Arrays.fill(pages, pageCount, pageCount + PAGES, HOLE);
      pageCount += PAGES;
    }
    return HOLE - 1 - granules[granule];
  }

  /** The first granule's number: {@code gfn >>> 9}. */
  long first() {
    return first;
  }

  int[] granules() {
    return granules;
  }

  int[] pages() {
    return pages;
  }

  /**
   * The number of the slot that holds {@code gfn}, by binary search: for scattered layouts.
   *
   * @param bounds base and end gfn of each slot, in the order of bases
   * @param numbers the slots' numbers in the same order
   */
  static int search(long[] bounds, int[] numbers, long gfn) {
    int low = 0;
    int high = numbers.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (gfn < bounds[2 * middle]) {
        high = middle - 1;
      } else if (gfn >= bounds[2 * middle + 1]) {
        low = middle + 1;
      } else {
        return numbers[middle];
      }
    }
    return HOLE;
  }
}
