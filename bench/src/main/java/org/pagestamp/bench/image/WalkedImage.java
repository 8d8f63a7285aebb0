package org.pagestamp.bench.image;

/** Page tables in memory, and addresses to walk through them. */
public sealed interface WalkedImage permits TableImage, NestedImage {
  /** Addresses of mapped pages, in random order. */
  long[] gvas();

  /** How many walks are timed at once; divides the number of gvas. */
  int window();

  /** Number of windows. */
  default int windows() {
    return gvas().length / window();
  }

  /** The bits of the entry read last that tell of the page: a chase's result has no others. */
  long frameMask();

  /** A walker's result in words. */
  String describe(long result);

  /** The entries that walks change, as they are now. */
  long[] changed();

  /** Puts accessed and dirty bits back as they were before any walk. */
  void restore();
}
