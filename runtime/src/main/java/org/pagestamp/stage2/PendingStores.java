package org.pagestamp.stage2;

/**
 * Stores to page-table entries and to the page-modification log that a probe keeps to itself, so
 * that it reads what a walk would have written by then. In two dimensions that matters: an entry of
 * stage 2 is used by several walks, and a hostile guest may let its tables and those of stage 2
 * overlap.
 *
 * <p>Scratch space of walkers: belongs to one thread at a time.
 */
public final class PendingStores {
  /**
   * Twelve stage-2 walks of five entries each, at most, and five entries of the guest; for each
   * walk an entry of the log, and some more: a walk whose entry the log overwrites starts over, but
   * finds that entry not present.
   */
  private static final int CAPACITY = 96;

  private static final long WORD = 7;
  private static final int HALF = 4;

  private final long[] words = new long[CAPACITY];
  private final long[] masks = new long[CAPACITY];
  private final long[] values = new long[CAPACITY];
  private int count;
  private int logged;

  /** No store. */
  public PendingStores() {}

  /** Forgets all stores. */
  public void clear() {
    count = 0;
    logged = 0;
  }

  /** Keeps an entry of the page-modification log. */
  void log(long gpa, long page) {
    put(gpa, page, Long.BYTES);
    logged++;
  }

  /** How many entries of the page-modification log are kept. */
  int logged() {
    return logged;
  }

  /**
   * Keeps a store.
   *
   * @param gpa of the entry, aligned to its size
   * @param value the entry, zero-extended
   * @param bytes 4 or 8
   */
  public void put(long gpa, long value, int bytes) {
    long word = gpa & ~WORD;
    int at = 0;
    while (at < count && words[at] != word) {
      at++;
    }
    if (at == CAPACITY) {
      return; // no walk makes so many
    }
    if (at == count) {
      words[count] = word;
      masks[count] = 0;
      values[count++] = 0;
    }
    long mask = mask(gpa, bytes);
    masks[at] |= mask;
    values[at] = (values[at] & ~mask) | (value << shift(gpa) & mask);
  }

  /**
   * An entry with what was kept of it.
   *
   * @param gpa of the entry, aligned to its size
   * @param found what memory holds, zero-extended
   * @param bytes 4 or 8
   */
  public long over(long gpa, long found, int bytes) {
    long word = gpa & ~WORD;
    for (int i = 0; i < count; i++) {
      if (words[i] == word) {
        long mask = masks[i] & mask(gpa, bytes);
        return (found & ~(mask >>> shift(gpa))) | (values[i] & mask) >>> shift(gpa);
      }
    }
    return found;
  }

  private static int shift(long gpa) {
    return (gpa & HALF) != 0 ? Integer.SIZE : 0;
  }

  private static long mask(long gpa, int bytes) {
    return bytes == Long.BYTES ? -1L : 0xFFFF_FFFFL << shift(gpa);
  }
}
