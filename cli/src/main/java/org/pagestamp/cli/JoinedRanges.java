package org.pagestamp.cli;

import java.io.PrintWriter;
import java.util.function.Consumer;

/**
 * Joins pages that come one after the other to ranges, and prints these.
 *
 * @param <R> a range
 */
final class JoinedRanges<R extends JoinedRanges.Range<R>> {
  private static final int LINES_BETWEEN_CHECKS = 4096;

  /** Pages next to each other that are alike. */
  interface Range<R> {
    /** Whether {@code next} continues this range. */
    boolean isContinuedBy(R next);

    /** This range and the one that continues it. */
    R with(R next);
  }

  private final boolean pages;
  private final PrintWriter out;
  private final Consumer<R> printer;
  private R range;
  private long lines;

  /**
   * Without a range.
   *
   * @param pages whether each page is a range of its own
   * @param out where {@code printer} prints
   */
  JoinedRanges(boolean pages, PrintWriter out, Consumer<R> printer) {
    this.pages = pages;
    this.out = out;
    this.printer = printer;
  }

  /** Takes a page; false if nobody reads on, as with {@code | head}. */
  boolean add(R next) {
    if (range != null && !pages && range.isContinuedBy(next)) {
      range = range.with(next);
      return true;
    }
    boolean more = print();
    range = next;
    return more;
  }

  /** Prints the last range. */
  void end() {
    boolean _ = print();
  }

  private boolean print() {
    if (range != null) {
      printer.accept(range);
    }
    return ++lines % LINES_BETWEEN_CHECKS != 0 || !out.checkError();
  }
}
