package org.pagestamp.bench.image;

import org.pagestamp.mode.PagingMode;

/** How many tables and pages an image has, and so which memory the walks wait for. */
public enum WorkingSet {
  /** About 1,024 pages under 80 tables: the inner caches of a CPU hold every entry. */
  L1("L1", 2048),
  /** 1,024 pages that follow one another. */
  ROW("1,024 pages in a row", 2048),
  /** 1 GiB of addresses, mapped in one piece: 2 MiB of tables. */
  DENSE_1_GIB("1 GiB dense", 2048),
  /** 16 GiB of addresses, mapped in one piece: 32 MiB of tables. */
  DENSE_16_GIB("16 GiB dense", 1024),
  /** 524,288 pages far apart, each with a table of its own: 2.3 GiB of tables. */
  SPARSE("sparse, DRAM", 256),
  /** 256 pages that share no entry, so that each has as many accessed bits as levels. */
  PRIVATE("256 pages, entries of their own", 256);

  private final String label;
  private final int window;

  WorkingSet(String label, int window) {
    this.label = label;
    this.window = window;
  }

  /** The set in words. */
  public String label() {
    return label;
  }

  /** How many walks are timed at once. */
  int window() {
    return window;
  }

  /** Whether an image takes seconds to build and memory in the gigabytes. */
  boolean isBig() {
    return this == DENSE_16_GIB || this == SPARSE;
  }

  /** Whether the entries in use lie anywhere in a table, not side by side. */
  boolean isScattered() {
    return this == SPARSE;
  }

  /** Least size of the slot that holds the tables, where one does. */
  long mainBytes() {
    return switch (this) {
      case L1, ROW, DENSE_1_GIB, PRIVATE -> 16L << 20;
      case DENSE_16_GIB -> 64L << 20;
      case SPARSE -> 4L << 30;
    };
  }

  /**
   * Entries in use in each table from the root down to the leaf's level.
   *
   * @param leafLevel level of the entries that map pages
   * @throws IllegalArgumentException if the set is not defined for the mode and page size
   */
  int[] fanOut(PagingMode mode, int leafLevel) {
    int[] fanOut =
        switch (this) {
          case L1 -> small(mode, leafLevel);
          case ROW -> new int[] {1, 1, 2, 512};
          case DENSE_1_GIB -> new int[] {1, 1, 512, 512};
          case DENSE_16_GIB -> new int[] {1, 16, 512, 512};
          case SPARSE -> new int[] {128, 512, 8, 1};
          case PRIVATE -> new int[] {256, 1, 1, 1};
        };
    if (fanOut.length != mode.topLevel() - leafLevel + 1) {
      throw new IllegalArgumentException(
          "no set '" + label + "' for " + mode.label() + " with leaves at level " + leafLevel);
    }
    return fanOut;
  }

  private static int[] small(PagingMode mode, int leafLevel) {
    int[][] byLeafLevel =
        switch (mode) {
          case NO_PAGING -> new int[][] {};
          case TWO_LEVEL -> new int[][] {{64, 16}, {512}};
          case PAE -> new int[][] {{4, 16, 16}, {4, 256}};
          case FOUR_LEVEL -> new int[][] {{2, 4, 8, 16}, {2, 4, 128}, {4, 256}};
          case FIVE_LEVEL -> new int[][] {{2, 2, 2, 8, 16}, {2, 2, 2, 128}, {2, 2, 256}};
        };
    return leafLevel < 1 || leafLevel > byLeafLevel.length
        ? new int[0]
        : byLeafLevel[leafLevel - 1];
  }
}
