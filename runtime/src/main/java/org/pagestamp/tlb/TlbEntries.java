package org.pagestamp.tlb;

import java.util.Arrays;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.walk.WalkResult;

/**
 * The translations that a TLB keeps, one for each 4-KiB page, also where the page is part of a
 * larger one.
 *
 * <p>An entry is two words: a tag, the page's linear address with its {@linkplain AddressSpaces
 * space} in bits 11:0, and the result of the walk, 0 if the entry is empty. Tags have all 64 bits
 * of an address, so one that is not canonical finds nothing. A set's first way is the entry that
 * was used last; the first ways of all sets lie side by side, then the second ones.
 */
final class TlbEntries {
  /** No entry. */
  static final int NONE = -1;

  /** The page number, times two words. */
  private static final int INDEX_SHIFT = MemSlot.PAGE_SHIFT - 1;

  private final long[] words;
  private final int sets;
  private final int stride;
  private PagingMode mode = PagingMode.NO_PAGING;
  private long global;

  /** Bit n is set if there may be an entry of a large page of level n. */
  private int levels;

  TlbEntries(int sets, int ways) {
    this.sets = sets;
    stride = 2 * sets;
    words = new long[stride * ways];
  }

  /** Two words for each entry; an entry of the first way is at {@link #indexMask}. */
  long[] words() {
    return words;
  }

  /**
   * The index of a page's first way, and bits above it. An int is shifted, not a long, so that the
   * JIT sees that an index is not negative.
   */
  static int index(long gva) {
    return (int) gva >>> INDEX_SHIFT;
  }

  /** Which bits of {@link #index} are the index. */
  int indexMask() {
    return stride - 2;
  }

  /** Whether a page that is not in its set's first way is nowhere. */
  boolean haveOneWay() {
    return stride == words.length;
  }

  /** Whether a result is that of a page of 4 KiB, of which nothing is to be noted. */
  static boolean isSmall(long result) {
    return (result & (WalkResult.SUCCESS | WalkResult.LEVEL)) == WalkResult.SUCCESS;
  }

  /** What entries mean from now on: a change of either finds the TLB empty. */
  void configure(PagingMode newMode, boolean globalPages) {
    mode = newMode;
    global = globalPages ? EntryBits.G : 0;
  }

  private int first(long page) {
    return index(page) & indexMask();
  }

  /** The entry that translates a page in a space, global ones included, or {@link #NONE}. */
  int find(long page, long space) {
    int first = first(page);
    if (translates(first, page) && serves(first, space)) {
      return first;
    }
    return haveOneWay() ? NONE : findBehind(first, page, space);
  }

  private int findBehind(int first, long page, long space) {
    for (int entry = first + stride; entry < words.length; entry += stride) {
      if (translates(entry, page) && serves(entry, space)) {
        return entry;
      }
    }
    return NONE;
  }

  private boolean translates(int entry, long page) {
    return (words[entry] ^ page) >>> MemSlot.PAGE_SHIFT == 0;
  }

  private boolean serves(int entry, long space) {
    return words[entry + 1] != 0 && (isGlobal(entry) || isOf(entry, space));
  }

  private boolean isOf(int entry, long space) {
    return (words[entry] & (AddressSpaces.LIMIT - 1)) == space;
  }

  private boolean isGlobal(int entry) {
    return (words[entry + 1] & global) != 0;
  }

  /** The result of an entry; 0 if it is empty. */
  long result(int entry) {
    return words[entry + 1];
  }

  /** Makes an entry that was found its set's first way, and the space's own if it is global. */
  void use(int entry, long page, long space) {
    long result = words[entry + 1];
    int first = first(page);
    moveBack(first, entry);
    words[first] = page | space;
    words[first + 1] = result;
  }

  /**
   * Keeps a result.
   *
   * @param entry what {@link #find} found for the page and the space
   */
  void put(int entry, long page, long space, long result) {
    int first = first(page);
    if (!haveOneWay()) {
      moveBack(first, entry != NONE ? entry : replaced(first));
    }
    words[first] = page | space;
    words[first + 1] = result;
    if (WalkResult.isLarge(result)) {
      levels |= 1 << WalkResult.level(result);
    }
  }

  /** The entry of a set to be replaced: an empty first way, or what was not used longest. */
  private int replaced(int first) {
    return words[first + 1] == 0 ? first : first + words.length - stride;
  }

  /** Moves the ways of a set back by one, from the first to the one before {@code last}. */
  private void moveBack(int first, int last) {
    for (int entry = last; entry != first; entry -= stride) {
      words[entry] = words[entry - stride];
      words[entry + 1] = words[entry + 1 - stride];
    }
  }

  /**
   * Drops what translates an address, with all of the large page that it lies in.
   *
   * @param globals whether global entries go as well
   */
  void drop(long page, long space, boolean globals) {
    dropPage(page, space, globals);
    for (int level = 2; levels >>> level != 0; level++) {
      if ((levels >>> level & 1) != 0) {
        dropLarge(page, space, globals, level);
      }
    }
  }

  /** Drops what translates a 4-KiB page. */
  void dropPage(long page, long space, boolean globals) {
    for (int entry = first(page); entry < words.length; entry += stride) {
      if (translates(entry, page)) {
        drop(entry, space, globals);
      }
    }
  }

  private void dropLarge(long page, long space, boolean globals, int level) {
    long size = mode.level(level).pageSize();
    long start = page & -size;
    int sharing = (int) Math.min(size >>> MemSlot.PAGE_SHIFT, sets);
    for (int i = 0; i < sharing; i++) {
      int set = first(start + ((long) i << MemSlot.PAGE_SHIFT));
      for (int entry = set; entry < words.length; entry += stride) {
        if ((words[entry] & -size) == start && WalkResult.level(words[entry + 1]) == level) {
          drop(entry, space, globals);
        }
      }
    }
  }

  private void drop(int entry, long space, boolean globals) {
    if (isGlobal(entry) ? globals : isOf(entry, space)) {
      words[entry + 1] = 0;
    }
  }

  /** Drops everything. */
  void clear() {
    Arrays.fill(words, 0);
    levels = 0;
  }

  /** Drops what is not global, of all spaces. */
  void dropNonGlobal() {
    for (int entry = 0; entry < words.length; entry += 2) {
      if (!isGlobal(entry)) {
        words[entry + 1] = 0;
      }
    }
  }

  /** Drops what a change of the slots does not leave. */
  void drop(LayoutChange change) {
    for (int entry = 0; entry < words.length; entry += 2) {
      long result = words[entry + 1];
      if (result != 0 && change.drops(WalkResult.pageGpa(result) >>> MemSlot.PAGE_SHIFT)) {
        words[entry + 1] = 0;
      }
    }
  }
}
