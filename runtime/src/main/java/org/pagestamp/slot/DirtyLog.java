package org.pagestamp.slot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Locale;
import java.util.Objects;

/**
 * Which pages of one slot were written to: a bit for each page, index {@code gfn - base}.
 *
 * <p>Marked by writes through {@link GuestMemory} and by accessed and dirty bits that a walk
 * stores; never by reads, failed writes or updates skipped because a slot is read-only. Safe for
 * use by several threads; no mark is lost to a concurrent one.
 *
 * <p>Whoever copies pages clears first and reads then: by {@link #getAndClear}, or by {@link #get}
 * and, piece by piece just before the copy, {@link #clear}, which keeps the time short during which
 * a page that is written to again must be copied twice.
 *
 * <p>Source: KVM's {@code mark_page_dirty_in_slot}, KVM_GET_DIRTY_LOG and KVM_CLEAR_DIRTY_LOG.
 */
public final class DirtyLog {
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  private final long pages;
  private final long[] words;

  /** A clean log of {@code pages} pages. */
  DirtyLog(long pages) {
    this.pages = pages;
    this.words = new long[(int) ((pages + 63) >>> 6)];
  }

  /** Number of pages covered: the slot's. */
  public long pages() {
    return pages;
  }

  /**
   * Records that a page was written to.
   *
   * @param page index in the slot, 0 to {@code pages() - 1}
   * @throws IndexOutOfBoundsException if the slot has no such page
   */
  public void mark(long page) {
    // Also where the bit is set: the full fence of this step keeps the page's new bytes from
    // becoming visible only after a concurrent getAndClear has taken the bit.
    long _ = (long) WORD.getAndBitwiseOr(words, word(page), 1L << page);
  }

  /**
   * Whether a page was written to since the log was last cleared.
   *
   * @param page index in the slot, 0 to {@code pages() - 1}
   * @throws IndexOutOfBoundsException if the slot has no such page
   */
  public boolean isDirty(long page) {
    return ((long) WORD.getAcquire(words, word(page)) & 1L << page) != 0;
  }

  private int word(long page) {
    return (int) (Objects.checkIndex(page, pages) >>> 6);
  }

  /** Number of dirty pages. */
  public long count() {
    long count = 0;
    for (int i = 0; i < words.length; i++) {
      count += Long.bitCount((long) WORD.getAcquire(words, i));
    }
    return count;
  }

  /** The bits, 64 pages a word, lowest page lowest; word by word atomic. The log stays as it is. */
  public long[] get() {
    long[] copy = new long[words.length];
    for (int i = 0; i < words.length; i++) {
      copy[i] = (long) WORD.getAcquire(words, i);
    }
    return copy;
  }

  /** As {@link #get()}, and clears each word in the same atomic step. */
  public long[] getAndClear() {
    long[] copy = new long[words.length];
    for (int i = 0; i < words.length; i++) {
      copy[i] = (long) WORD.getAndSet(words, i, 0L);
    }
    return copy;
  }

  /**
   * Marks every page, as KVM does at the start with KVM_DIRTY_LOG_INITIALLY_SET: whoever then
   * copies dirty pages copies all of them the first time.
   */
  public void markAll() {
    for (int i = 0; i < words.length; i++) {
      long _ = (long) WORD.getAndBitwiseOr(words, i, existing(i));
    }
  }

  /** The bits of a word that stand for pages. */
  private long existing(int word) {
    long rest = pages - ((long) word << 6);
    return rest >= Long.SIZE ? -1L : -1L >>> (Long.SIZE - rest);
  }

  /**
   * Clears the marks of given pages in a range, each word in one atomic step. Pages whose bit is
   * not given keep their marks, so marks made since {@link #get} returned the bits are not lost.
   *
   * <p>KVM's rules (KVM_CLEAR_DIRTY_LOG): the range starts at a multiple of 64 pages and has a
   * multiple of 64 pages unless it runs to the end of the slot.
   *
   * @param firstPage index in the slot, a multiple of 64
   * @param pages number of pages of the range; 0 does nothing
   * @param bits which of them to clear: 64 pages a word, lowest page lowest, as {@link #get} has
   *     them from word {@code firstPage / 64} on; bits behind the range do not count
   * @throws IndexOutOfBoundsException if the slot has no such range
   * @throws IllegalArgumentException if a number is no multiple of 64 that must be, or {@code bits}
   *     is shorter than the range
   */
  public void clear(long firstPage, long pages, long[] bits) {
    long _ = Objects.checkFromIndexSize(firstPage, pages, this.pages);
    boolean toTheEnd = pages == this.pages - firstPage;
    if (firstPage % Long.SIZE != 0 || (pages % Long.SIZE != 0 && !toTheEnd)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "clear of %d pages from %d on: both are multiples of 64, but the number of a range"
                  + " to the end of the slot (%d)",
              pages,
              firstPage,
              this.pages));
    }
    int count = (int) ((pages + 63) >>> 6);
    if (bits.length < count) {
      throw new IllegalArgumentException(
          bits.length + " word(s) of bits for a range of " + count + " words");
    }
    int first = (int) (firstPage >>> 6);
    for (int i = 0; i < count; i++) {
      if (bits[i] != 0) {
        long _ = (long) WORD.getAndBitwiseAnd(words, first + i, ~bits[i]);
      }
    }
  }
}
