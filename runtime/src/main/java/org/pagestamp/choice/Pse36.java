package org.pagestamp.choice;

/**
 * How wide the physical addresses of 4-MiB pages are in 2-level paging. Bits 13 and up of the entry
 * hold address bits 32 and up; what is left of bits 21:13 is reserved.
 */
public enum Pse36 implements Choice {
  /** 32 bits: a processor without PSE-36. */
  NONE("pse36-none"),
  /** 36 bits: KVM. */
  BITS_36("pse36-36"),
  /** 40 bits: QEMU, Bochs. */
  BITS_40("pse36-40"),
  /** As many as MAXPHYADDR, at most 40: processors (Intel SDM vol. 3, section 4.3). */
  BY_MAXPHYADDR("pse36-by-maxphyaddr");

  private static final int FIRST_BIT = 13;
  private static final int WIDTH_WITHOUT = 32;
  private static final int WIDEST = 40;

  private final String label;

  Pse36(String label) {
    this.label = label;
  }

  @Override
  public String label() {
    return label;
  }

  /**
   * The bits of a 4-MiB page's entry that hold address bits from 32 up.
   *
   * @param maxPhyAddr MAXPHYADDR in bits, 32 to 52
   */
  public long entryBits(int maxPhyAddr) {
    int width =
        switch (this) {
          case NONE -> WIDTH_WITHOUT;
          case BITS_36 -> 36;
          case BITS_40 -> WIDEST;
          case BY_MAXPHYADDR -> Math.min(maxPhyAddr, WIDEST);
        };
    return ((1L << (width - WIDTH_WITHOUT)) - 1) << FIRST_BIT;
  }
}
