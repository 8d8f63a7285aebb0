package org.pagestamp.mode;

/**
 * Which bits of a present entry must be zero.
 *
 * <p>As in KVM's {@code rsvd_bits_validate}, the mask depends on the level and on bit 7 of the
 * entry, and through the role on MAXPHYADDR, EFER.NXE, CR4.PSE, 1-GiB support and the vendor.
 *
 * <p>Sources: Intel SDM vol. 3, section 4.3 (PSE-36) and tables 4-15 to 4-20; AMD APM vol. 2,
 * section 5.3 for bit 8 of upper entries.
 */
public final class ReservedBits {
  /** Where the offset bits of a large page's entry begin: 12 is PAT. */
  private static final int FIRST_OFFSET_BIT = 13;

  private ReservedBits() {}

  /**
   * The reserved bits of entries at {@code level}.
   *
   * @param bit7 whether the entry's bit 7 is set
   */
  public static long mask(Role role, PagingLevel level, boolean bit7) {
    PagingMode mode = role.mode();
    if (mode == PagingMode.PAE && level.number() == 3) {
      return bits(63, role.maxPhyAddr()) | (role.readsPdptes() ? 0 : level.reservedAlways());
    }
    long mask = level.reservedAlways();
    if (role.amd()) {
      mask |= level.reservedOnAmd();
    }
    mask |= bits(mode.topReservedBit(), role.maxPhyAddr()); // none in 4-byte entries
    if (mode.entryBytes() == 8 && !role.nxe()) {
      mask |= EntryBits.NX;
    }
    if (bit7 && level.leafRule() == LeafRule.PS_IF_ONE_GIG && !role.oneGigPages()) {
      mask |= EntryBits.PS;
    }
    if (bit7 && isPage(level, role)) {
      mask |= bits(level.shift() - 1, FIRST_OFFSET_BIT) & ~level.highFrameBits(role);
    }
    return mask;
  }

  /** Whether bit 7 of an entry at this level stands for a page, enumerated by the CPU or not. */
  private static boolean isPage(PagingLevel level, Role role) {
    return level.leafRule() == LeafRule.PS_IF_ONE_GIG || level.hasPageSizeBit(role);
  }

  /** Bits {@code high:low}; none if {@code high < low}. */
  private static long bits(int high, int low) {
    return (-1L >>> (63 - high)) & (-1L << low);
  }
}
