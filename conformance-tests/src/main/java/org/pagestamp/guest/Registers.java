package org.pagestamp.guest;

/**
 * The registers of one virtual CPU that decide how it translates.
 *
 * @param cpl current privilege level, 0 to 3; for information
 * @param maxPhyAddr MAXPHYADDR in bits, 32 to 52
 */
public record Registers(long cr0, long cr3, long cr4, long efer, int cpl, int maxPhyAddr) {
  static final long CR0_PG = 1L << 31;
  static final long CR4_PAE = 1L << 5;
  static final long EFER_LME = 1L << 8;
  static final long EFER_LMA = 1L << 10;
  static final long EFER_NXE = 1L << 11;
}
