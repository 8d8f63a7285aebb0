package org.pagestamp.stage2;

import org.pagestamp.mode.EntryBits;

/**
 * Bit positions of EPT paging-structure entries, as masks.
 *
 * <p>Source: Intel SDM vol. 3, section 28.3.2 (tables 28-1 to 28-6).
 */
public final class EptBits {
  /** Reads are allowed. */
  public static final long R = 1L;

  /** Writes are allowed. */
  public static final long W = 1L << 1;

  /** Fetches are allowed; with mode-based execute control, from supervisor-mode addresses. */
  public static final long X = 1L << 2;

  /** With mode-based execute control: fetches from user-mode addresses are allowed. */
  public static final long XU = 1L << 10;

  /** Position of a leaf's memory type, bits 5:3. */
  public static final int TYPE_SHIFT = 3;

  /** A leaf's memory type: 0 UC, 1 WC, 4 WT, 5 WP, 6 WB; 2, 3 and 7 are illegal. */
  public static final long TYPE = 7L << TYPE_SHIFT;

  /** The memory type of ordinary RAM, in a leaf. */
  public static final long WRITE_BACK = 6L << TYPE_SHIFT;

  /** A leaf's memory type stands alone: PAT is ignored. */
  public static final long IGNORE_PAT = 1L << 6;

  /** A leaf above level 1. */
  public static final long PAGE = 1L << 7;

  /** Accessed, where EPTP bit 6 is set; ignored otherwise. */
  public static final long A = 1L << 8;

  /** Dirty of a leaf, where EPTP bit 6 is set; ignored otherwise. */
  public static final long D = 1L << 9;

  /** The frame of an entry, bits 51:12. */
  public static final long FRAME = EntryBits.FRAME;

  private EptBits() {}
}
