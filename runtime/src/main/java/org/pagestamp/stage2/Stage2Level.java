package org.pagestamp.stage2;

import org.pagestamp.mode.EntryBits;

/**
 * One level of a stage-2 format as a role makes it.
 *
 * @param number 1 for the table of 4-KiB pages, up to 5
 * @param shift lowest bit of the guest-physical address that indexes this level; also the binary
 *     logarithm of the page size if an entry here is a leaf
 * @param indexBits number of index bits
 * @param leafBits an entry that has one of these bits maps a page: none, bit 7, or all of them
 * @param reservedIfBit7Clear what must be zero in an entry whose bit 7 is clear
 * @param reservedIfBit7Set what must be zero in an entry whose bit 7 is set
 * @param frameMask the bits of a leaf that locate its page
 * @param highFrameBits bits of a leaf that hold address bits above 31 (PSE-36), or 0
 * @param highFrameShift how far left {@code highFrameBits} move to become address bits
 * @param patBit the PAT bit of a leaf outside EPT
 * @param counted the bits of entries here that take part in the combined rights: all, or none in a
 *     PDPTE of PAE paging
 * @param accessed the bit that a walk sets in each entry here, or 0
 * @param dirty the bit that a write sets in a leaf here, or 0
 */
public record Stage2Level(
    int number,
    int shift,
    int indexBits,
    long leafBits,
    long reservedIfBit7Clear,
    long reservedIfBit7Set,
    long frameMask,
    long highFrameBits,
    int highFrameShift,
    long patBit,
    long counted,
    long accessed,
    long dirty) {
  /** Size in bytes of the page that a leaf of this level maps. */
  public long pageSize() {
    return 1L << shift;
  }

  /** The entry of a table at this level that translates {@code gpa}. */
  public int index(long gpa) {
    return (int) (gpa >>> shift) & ((1 << indexBits) - 1);
  }

  /** The bits that must be zero in {@code entry}, by its bit 7. */
  public long reserved(long entry) {
    return (entry & EntryBits.PS) == 0 ? reservedIfBit7Clear : reservedIfBit7Set;
  }

  /** Whether a present entry that passed every check maps a page. */
  public boolean isLeaf(long entry) {
    return (entry & leafBits) != 0;
  }

  /** Where the 4-KiB page of {@code gpa} is, by the leaf that maps it. */
  public long pageGpa(long leaf, long gpa) {
    long high = (leaf & highFrameBits) << highFrameShift;
    return (leaf & frameMask) | high | (gpa & (pageSize() - 1) & EntryBits.FRAME);
  }

  /** An entry with what an access sets in it: accessed, and in a written leaf dirty. */
  public long updated(long entry, boolean leaf, boolean write) {
    return entry | accessed | (leaf && write ? dirty : 0);
  }
}
