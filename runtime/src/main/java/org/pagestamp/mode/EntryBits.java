package org.pagestamp.mode;

/**
 * Bit positions of paging-structure entries outside EPT, as masks.
 *
 * <p>Source: Intel SDM vol. 3, sections 4.3 to 4.5 (tables of entry formats); AMD APM vol. 2,
 * section 5.3 and 5.4.
 */
public final class EntryBits {
  /** Present. */
  public static final long P = 1L;

  /** R/W: writes are allowed. */
  public static final long W = 1L << 1;

  /** U/S: user accesses are allowed. */
  public static final long U = 1L << 2;

  /** Page-level write-through. */
  public static final long PWT = 1L << 3;

  /** Page-level cache disable. */
  public static final long PCD = 1L << 4;

  /** Accessed. */
  public static final long A = 1L << 5;

  /** Dirty; only leaf entries have it. */
  public static final long D = 1L << 6;

  /** Page size: a leaf above level 1. */
  public static final long PS = 1L << 7;

  /** PAT of a level 1 entry; the same position as {@link #PS}. */
  public static final long PAT = 1L << 7;

  /** Global; only leaf entries have it. */
  public static final long G = 1L << 8;

  /** PAT of a leaf above level 1. */
  public static final long PAT_LARGE = 1L << 12;

  /** Execute disable, where EFER.NXE is set. */
  public static final long NX = 1L << 63;

  /** Position of the four protection-key bits of a leaf, 62:59. */
  public static final int KEY_SHIFT = 59;

  /** The four protection-key bits of a leaf, 62:59. */
  public static final long KEY = 0xFL << KEY_SHIFT;

  /** The frame of an 8-byte entry, bits 51:12. */
  public static final long FRAME = 0x000F_FFFF_FFFF_F000L;

  /** The frame of a 4-byte entry, bits 31:12. */
  public static final long FRAME_32 = 0xFFFF_F000L;

  private EntryBits() {}
}
