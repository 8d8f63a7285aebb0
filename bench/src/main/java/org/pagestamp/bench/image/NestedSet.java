package org.pagestamp.bench.image;

import java.util.Arrays;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.MemSlot;

/** How many tables and pages a nested image has, and how far apart its guest has them. */
public enum NestedSet {
  /**
   * 512 pages under about 36 tables, all in 1,024 leaves of stage 2, or in 64 large ones. With
   * pages of 4 KiB in both dimensions the walks read about 200 lines of 64 bytes, and 128 lines of
   * addresses: 21 KiB, of 32 in the smallest first cache in use.
   */
  L1("L1", 1024, 1, 1, 2, 16, 16),
  /**
   * 262,144 pages far apart, each with a table of its own, in a guest of 258 GiB, so that hardly
   * two of its frames share a line of stage 2: 1.3 GiB of the guest's tables, 0.5 GiB of stage 2's.
   */
  SPARSE("sparse, DRAM", 256, 1, 128, 512, 4, 1);

  private static final int LARGE_LEAVES = 32;
  private static final int SMALL_LEAVES = 512;

  private final String label;
  private final int window;

  /** In 5-level paging; the other modes do without the first. */
  @SuppressWarnings("ImmutableEnumChecker") // nobody writes to it
  private final int[] fanOut;

  NestedSet(String label, int window, int... fanOut) {
    this.label = label;
    this.window = window;
    this.fanOut = fanOut;
  }

  /** The set in words. */
  public String label() {
    return label;
  }

  /** How many walks are timed at once. */
  int window() {
    return window;
  }

  /** Whether the entries in use lie anywhere in a table, not side by side. */
  boolean isScattered() {
    return this == SPARSE;
  }

  /** Bytes of the guest's memory below 4 GiB, from 0 on. */
  long lowBytes(long stage2PageSize) {
    return this == SPARSE ? 2L << 30 : leaves(stage2PageSize) * stage2PageSize;
  }

  /** Bytes of the guest's memory from 4 GiB on. */
  long highBytes(long stage2PageSize) {
    return this == SPARSE ? 256L << 30 : leaves(stage2PageSize) * stage2PageSize;
  }

  private static long leaves(long stage2PageSize) {
    return stage2PageSize == MemSlot.PAGE_SIZE ? SMALL_LEAVES : LARGE_LEAVES;
  }

  /** Least size of the slot that holds everything: what is drawn from it is soon found. */
  long mainBytes(long stage2PageSize) {
    if (this == SPARSE) {
      return 4L << 30;
    }
    return stage2PageSize == MemSlot.PAGE_SIZE ? 16L << 20 : 256L << 20;
  }

  /** Entries in use in each of the guest's tables from the root down to level 1. */
  int[] fanOut(PagingMode mode) {
    return Arrays.copyOfRange(fanOut, fanOut.length - mode.topLevel(), fanOut.length);
  }
}
