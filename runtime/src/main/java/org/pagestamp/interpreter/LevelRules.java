package org.pagestamp.interpreter;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.LeafRule;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.ReservedBits;
import org.pagestamp.mode.Role;

/**
 * One level of the mode's table as a role makes it: what a walk asks of {@link PagingLevel} and
 * {@link ReservedBits} at every entry, answered once.
 */
final class LevelRules {
  private final int number;
  private final LevelRules below;
  private final int indexShift;
  private final long indexMask;
  private final long reservedIfBit7Clear;
  private final long reservedIfBit7Set;
  private final long leafBit;
  private final long offsetMask;
  private final long frameMask;
  private final long highFrameBits;
  private final int highFrameShift;
  private final long uncombined;
  private final long patBit;
  private final int patShift;

  /**
   * The rules of {@code level}.
   *
   * @param below the next level down; null below level 1
   */
  LevelRules(Role role, PagingLevel level, LevelRules below) {
    int entryBytes = role.mode().entryBytes();
    number = level.number();
    this.below = below;
    indexShift = level.shift() - Integer.numberOfTrailingZeros(entryBytes);
    indexMask = (long) (level.entries() - 1) * entryBytes;
    reservedIfBit7Clear = ReservedBits.mask(role, level, false);
    reservedIfBit7Set = ReservedBits.mask(role, level, true);
    leafBit = leafBit(role, level);
    offsetMask = level.pageSize() - 1;
    frameMask = role.mode().tableMask() & ~offsetMask;
    highFrameBits = level.highFrameBits(role);
    highFrameShift = level.highFrameShift();
    uncombined = role.mode() == PagingMode.PAE && number == 3 ? ~EntryBits.A : 0;
    patBit = level.patBit();
    patShift = Long.numberOfTrailingZeros(patBit) - Long.numberOfTrailingZeros(EntryBits.PAT);
  }

  /** The bit that makes a present entry a leaf; 0 if none does. */
  private static long leafBit(Role role, PagingLevel level) {
    if (level.leafRule() == LeafRule.ALWAYS) {
      return EntryBits.P;
    }
    return level.hasPageSizeBit(role) ? EntryBits.PS : 0;
  }

  /** 1 for the table of 4-KiB pages, up to 5. */
  int number() {
    return number;
  }

  /** The next level down; null below level 1. */
  LevelRules below() {
    return below;
  }

  /** Where in a table the entry for {@code gva} is, in bytes: its index, scaled. */
  long entryOffset(long gva) {
    return gva >>> indexShift & indexMask;
  }

  /** The bits that must be zero in {@code entry}, by its bit 7. */
  long reservedBits(long entry) {
    return (entry & EntryBits.PS) == 0 ? reservedIfBit7Clear : reservedIfBit7Set;
  }

  /** The bits of an entry that say nothing of the page: all but A in a PDPTE of PAE paging. */
  long uncombined() {
    return uncombined;
  }

  /** Whether a present entry without reserved bits maps a page. */
  boolean isLeaf(long entry) {
    return (entry & leafBit) != 0;
  }

  /** Where the 4-KiB page of {@code gva} is: the leaf's frame, PSE-36 bits, offset in the page. */
  long pageGpa(long leaf, long gva) {
    long high = (leaf & highFrameBits) << highFrameShift;
    return (leaf & frameMask) | high | (gva & offsetMask & EntryBits.FRAME);
  }

  /** PAT of a leaf, at bit 7 whatever the size of the page. */
  long pat(long leaf) {
    return (leaf & patBit) >>> patShift;
  }
}
