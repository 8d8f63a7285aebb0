package org.pagestamp.conformance.profile;

import org.pagestamp.mode.PagingMode;

/**
 * Control registers of a guest: paging on, CR0.WP, EFER.NXE, and what a row adds.
 *
 * @param mode the paging mode
 * @param cr4 bits of CR4 beside those that the mode needs
 */
record Registers(PagingMode mode, long cr4) {
  static final long PSE = 1L << 4;
  static final long PAE = 1L << 5;
  static final long SMAP = 1L << 21;
  static final long PKE = 1L << 22;
  static final long PKS = 1L << 24;
  static final long LASS = 1L << 27;
  static final long PAGING = 0x8001_0001L;
  static final long NXE = 1L << 11;
  static final long LME = 1L << 8;
  static final long LMA = 1L << 10;
  private static final long LA57 = 1L << 12;

  /** A mode with nothing beside. */
  static Registers of(PagingMode mode) {
    return new Registers(mode, 0);
  }

  /** CR4 as a whole. */
  long allOfCr4() {
    boolean wide = mode.entryBytes() == Long.BYTES;
    return cr4 | (wide ? PAE : 0) | (mode == PagingMode.FIVE_LEVEL ? LA57 : 0);
  }

  long efer() {
    return NXE | (mode.isLongMode() ? LME | LMA : 0);
  }
}
