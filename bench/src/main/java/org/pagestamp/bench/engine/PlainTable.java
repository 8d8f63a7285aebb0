package org.pagestamp.bench.engine;

/**
 * An array of the shape that the TLB has: a tag and a result for each page, at the index that the
 * page's number gives. A lookup is the index, one compare and the result; no rights, no modes, no
 * slots that change. An ordinary object, so that the JIT takes its fields for no constants.
 */
final class PlainTable {
  private static final long PAGE = -4_096;

  private final long[] words;
  private final int indexMask;

  PlainTable(int sets) {
    words = new long[2 * sets];
    indexMask = 2 * sets - 2;
  }

  void put(long gva, long result) {
    int index = (int) (gva >>> 11) & indexMask;
    words[index] = gva & PAGE;
    words[index + 1] = result;
  }

  /** The result for an address, or 0. */
  long lookup(long gva) {
    int index = (int) (gva >>> 11) & indexMask;
    return words[index] == (gva & PAGE) ? words[index + 1] : 0;
  }
}
