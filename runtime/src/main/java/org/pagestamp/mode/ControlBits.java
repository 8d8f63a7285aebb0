package org.pagestamp.mode;

/**
 * The bits of control registers and of EFER that take part in paging, where the registers have
 * them.
 *
 * <p>Source: Intel SDM vol. 3, section 2.5 (CR0, CR3, CR4) and 2.2.1 (IA32_EFER).
 */
public final class ControlBits {
  /** CR0.PE: protected mode. */
  public static final long CR0_PE = 1L;

  /** CR0.ET: always set. */
  public static final long CR0_ET = 1L << 4;

  /** CR0.WP: supervisor writes honour R/W. */
  public static final long CR0_WP = 1L << 16;

  /** CR0.NW: not write-through; only together with {@link #CR0_CD}. */
  public static final long CR0_NW = 1L << 29;

  /** CR0.CD: cache disable. */
  public static final long CR0_CD = 1L << 30;

  /** CR0.PG: paging. */
  public static final long CR0_PG = 1L << 31;

  /** CR3 without process-context identifiers: bits 11:0 hold one where CR4.PCIDE is set. */
  public static final long CR3_PCID = 0xFFF;

  /** CR3.LAM_U57: user pointers have tags in bits 62:57. */
  public static final long CR3_LAM_U57 = 1L << 61;

  /** CR3.LAM_U48: user pointers have tags in bits 62:48. */
  public static final long CR3_LAM_U48 = 1L << 62;

  /** Bit 63 of a value written to CR3: the PCID's translations stay; never stored. */
  public static final long CR3_NO_FLUSH = 1L << 63;

  /** CR4.PSE: 4-MiB pages in 2-level paging. */
  public static final long CR4_PSE = 1L << 4;

  /** CR4.PAE: 8-byte entries. */
  public static final long CR4_PAE = 1L << 5;

  /** CR4.PGE: global pages. */
  public static final long CR4_PGE = 1L << 7;

  /** CR4.LA57: 5-level paging. */
  public static final long CR4_LA57 = 1L << 12;

  /** CR4.PCIDE: process-context identifiers. */
  public static final long CR4_PCIDE = 1L << 17;

  /** CR4.SMEP: no supervisor fetch from user pages. */
  public static final long CR4_SMEP = 1L << 20;

  /** CR4.SMAP: no supervisor data access to user pages, unless EFLAGS.AC allows it. */
  public static final long CR4_SMAP = 1L << 21;

  /** CR4.PKE: protection keys of user pages. */
  public static final long CR4_PKE = 1L << 22;

  /** CR4.PKS: protection keys of supervisor pages. */
  public static final long CR4_PKS = 1L << 24;

  /** CR4.LASS: linear-address-space separation. */
  public static final long CR4_LASS = 1L << 27;

  /** CR4.LAM_SUP: supervisor pointers have tags. */
  public static final long CR4_LAM_SUP = 1L << 28;

  /** EFER.LME: long mode once paging is on. */
  public static final long EFER_LME = 1L << 8;

  /** EFER.LMA: long mode is active; set and cleared by the CPU. */
  public static final long EFER_LMA = 1L << 10;

  /** EFER.NXE: bit 63 of an entry forbids fetches. */
  public static final long EFER_NXE = 1L << 11;

  private ControlBits() {}
}
