package org.pagestamp.mode;

/**
 * One level of a paging mode.
 *
 * @param number 1 for the table of 4-KiB pages, up to 5
 * @param shift lowest bit of the linear address that indexes this level; also the binary logarithm
 *     of the page size if an entry here is a leaf
 * @param indexBits number of index bits, so the table has {@code 1 << indexBits} entries
 * @param leafRule when an entry here maps a page
 * @param reservedAlways bits that must be 0 in every present entry, whatever the role
 * @param reservedOnAmd bits that must be 0 on AMD processors and are ignored on Intel's
 * @param highFrameShift how far left bits of a leaf move to become address bits above 31 (PSE-36);
 *     0 where none do
 */
public record PagingLevel(
    int number,
    int shift,
    int indexBits,
    LeafRule leafRule,
    long reservedAlways,
    long reservedOnAmd,
    int highFrameShift) {

  static PagingLevel table(int number, int shift, int indexBits) {
    return new PagingLevel(number, shift, indexBits, LeafRule.NEVER, 0, 0, 0);
  }

  PagingLevel leaf(LeafRule rule) {
    return new PagingLevel(
        number, shift, indexBits, rule, reservedAlways, reservedOnAmd, highFrameShift);
  }

  PagingLevel reserved(long always, long onAmd) {
    return new PagingLevel(number, shift, indexBits, leafRule, always, onAmd, highFrameShift);
  }

  PagingLevel highFrame(int left) {
    return new PagingLevel(number, shift, indexBits, leafRule, reservedAlways, reservedOnAmd, left);
  }

  /** The bits of a leaf that hold address bits above 31 under {@code role} (PSE-36), or 0. */
  public long highFrameBits(Role role) {
    return highFrameShift == 0 ? 0 : role.choices().pse36().entryBits(role.maxPhyAddr());
  }

  /** Size in bytes of the page that a leaf of this level maps. */
  public long pageSize() {
    return 1L << shift;
  }

  /** Number of entries in a table of this level. */
  public int entries() {
    return 1 << indexBits;
  }

  /** The entry of a table at this level that translates {@code gva}. */
  public int index(long gva) {
    return (int) (gva >>> shift) & (entries() - 1);
  }

  /** Whether entries of this level can be leaves under {@code role}. */
  public boolean canBeLeaf(Role role) {
    return switch (leafRule) {
      case NEVER -> false;
      case ALWAYS, PS -> true;
      case PS_IF_PSE -> role.pse();
      case PS_IF_ONE_GIG -> role.oneGigPages();
    };
  }

  /** Whether bit 7 tells leaves from tables at this level under {@code role}. */
  public boolean hasPageSizeBit(Role role) {
    return leafRule != LeafRule.ALWAYS && canBeLeaf(role);
  }

  /**
   * Whether {@code entry} maps a page. Meaningful only for a present entry without reserved bits.
   */
  public boolean isLeaf(long entry, Role role) {
    return leafRule == LeafRule.ALWAYS || (hasPageSizeBit(role) && (entry & EntryBits.PS) != 0);
  }

  /** The PAT bit of a leaf of this level: 7 at level 1, 12 above. */
  public long patBit() {
    return number == 1 ? EntryBits.PAT : EntryBits.PAT_LARGE;
  }
}
