package org.pagestamp.slot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/**
 * Which pages of one slot were written to: a bit for each page, index {@code gfn - base}.
 *
 * <p>Marked by writes through {@link GuestMemory} and by accessed and dirty bits that a walk
 * stores; never by reads, failed writes or updates skipped because a slot is read-only. Safe for
 * use by several threads; no mark is lost to a concurrent one.
 *
 * <p>Source: KVM's {@code mark_page_dirty_in_slot} and KVM_GET_DIRTY_LOG.
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
}
