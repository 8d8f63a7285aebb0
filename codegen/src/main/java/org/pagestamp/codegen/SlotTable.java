package org.pagestamp.codegen;

import java.util.Arrays;
import java.util.List;
import org.pagestamp.slot.MemSlot;

/**
 * Slot numbers by guest frame: one {@code int} for each granule, as large a power of two of pages
 * as divides all bounds of slots. Where that is too small, a granule is 2 MiB, and one that several
 * slots or holes share has 512 more, one for each page.
 *
 * <p>A granule's {@code int} is a slot number, {@link #HOLE}, or, below that, {@code -2 - i} where
 * the granule's pages begin at {@code i} of the pages. Layouts too scattered for a table of {@value
 * #MOST_GRANULES} granules are searched instead.
 */
final class SlotTable {
  /** No slot. */
  static final int HOLE = -1;

  /** The granules that may be divided into pages. */
  static final int DIVIDED_SHIFT = 9;

  private static final int PAGES = 1 << DIVIDED_SHIFT;

  /** A table of 4 MiB; of granules of 2 MiB it spans 2 TiB. */
  static final long MOST_GRANULES = 1L << 20;

  /** Tables of smaller granules stay within 256 KiB, which a processor's second cache holds. */
  private static final long MOST_SMALL_GRANULES = 1L << 16;

  private final int shift;
  private final long first;
  private final int[] granules;
  private int[] pages = new int[0];
  private int pageCount;

  private SlotTable(int shift, long first, int count) {
    this.shift = shift;
    this.first = first;
    this.granules = new int[count];
    Arrays.fill(granules, HOLE);
  }

  /** The table for slots numbered by their position, or null if they are too scattered. */
  static SlotTable of(List<MemSlot> slots) {
    long low = Long.MAX_VALUE;
    long high = 0;
    long bounds = 0;
    for (MemSlot slot : slots) {
      long end = slot.baseGfn() + slot.pages();
      low = Math.min(low, slot.baseGfn());
      high = Math.max(high, end);
      bounds |= slot.baseGfn() | end;
    }
    int shift = Long.numberOfTrailingZeros(bounds);
    if (shift < DIVIDED_SHIFT && granules(low, high, shift) > MOST_SMALL_GRANULES) {
      shift = DIVIDED_SHIFT;
    }
    long count = granules(low, high, shift);
    if (count > MOST_GRANULES) {
      return null;
    }
    SlotTable table = new SlotTable(shift, low >>> shift, (int) count);
    for (int number = 0; number < slots.size(); number++) {
      table.add(number, slots.get(number));
    }
    table.pages = Arrays.copyOf(table.pages, table.pageCount);
    return table;
  }

  private static long granules(long low, long high, int shift) {
    return ((high - 1) >>> shift) - (low >>> shift) + 1;
  }

  private void add(int number, MemSlot slot) {
    long granulePages = 1L << shift;
    long gfn = slot.baseGfn();
    long end = gfn + slot.pages();
    while (gfn < end) {
      long granuleEnd = (gfn | (granulePages - 1)) + 1;
      long partEnd = Math.min(end, granuleEnd);
      int granule = (int) ((gfn >>> shift) - first);
      if (partEnd - gfn == granulePages) {
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

  /** A granule has {@code 1 << shift} pages. */
  int shift() {
    return shift;
  }

  /** Whether there are granules that several slots or holes share. */
  boolean isDivided() {
    return pageCount > 0;
  }

  /** The first granule's number: {@code gfn >>> shift}. */
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
