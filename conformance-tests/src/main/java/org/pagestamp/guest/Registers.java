package org.pagestamp.guest;

import org.pagestamp.mode.PagingMode;

/**
 * The registers of one virtual CPU that decide how it translates.
 *
 * @param cpl current privilege level, 0 to 3; for information
 * @param maxPhyAddr MAXPHYADDR in bits, 32 to 52
 */
public record Registers(long cr0, long cr3, long cr4, long efer, int cpl, int maxPhyAddr) {
  private static final long CR0_PE = 1L;
  private static final long CR0_WP = 1L << 16;
  private static final long CR0_PG = 1L << 31;
  private static final long CR4_PSE = 1L << 4;
  private static final long CR4_PAE = 1L << 5;
  private static final long CR4_LA57 = 1L << 12;

  static final long EFER_LME = 1L << 8;
  static final long EFER_LMA = 1L << 10;
  static final long EFER_NXE = 1L << 11;

  /** Registers as operating systems have them in a mode: WP, PSE and NXE set where they exist. */
  public static Registers typical(PagingMode mode, long cr3, int maxPhyAddr) {
    if (mode == PagingMode.NO_PAGING) {
      return new Registers(CR0_PE, cr3, 0, 0, 0, maxPhyAddr);
    }
    long cr4 =
        switch (mode) {
          case TWO_LEVEL, NO_PAGING -> CR4_PSE;
          case PAE, FOUR_LEVEL -> CR4_PAE;
          case FIVE_LEVEL -> CR4_PAE | CR4_LA57;
        };
    long efer = mode.isLongMode() ? EFER_LME | EFER_LMA | EFER_NXE : EFER_NXE;
    return new Registers(CR0_PE | CR0_WP | CR0_PG, cr3, cr4, efer, 0, maxPhyAddr);
  }
}
