package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.stage2.EptBits;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Level;

/**
 * What entries of stage 2 look like in a walk that succeeds and finds all accessed and dirty bits
 * set, as masked comparisons; and where they point.
 *
 * @param parts the emitters' parts for stage 2
 * @param direct how to read without a search, or null to search
 */
record Stage2Common(Stage2Parts parts, DirectReads direct) {
  /** What no format gives a meaning in an entry that points to a table, NX aside. */
  private static final long IGNORED = -1L << 52;

  private Stage2Format format() {
    return parts.format();
  }

  /** Whether the root is where entries are read without a search; only asked if they are. */
  Comparison root(Expr root) {
    return withIgnored(direct.isIn(root));
  }

  /**
   * Whether an entry is as common ones that point to tables are.
   *
   * @param needs the bits that must be set in all entries
   */
  Comparison pointsToTable(Stage2Level level, Expr entry, long needs) {
    long ownNeeds = Stage2Entries.isCounted(level) ? -1L : EntryBits.P | level.accessed();
    long needed = needs & ownNeeds;
    long reserved = Stage2Entries.reservedInTable(level);
    long large = Stage2Entries.mapsLargePages(level) ? level.leafBits() : 0;
    return withIgnored(inSlot(new Comparison(entry, needed | reserved | large, needed)));
  }

  /** Whether a leaf that maps a table of the guest is as common ones are. */
  Comparison leafForTable(Stage2Level level, Expr entry, boolean write) {
    long dirty = write && (parts.updates() || parts.logs()) ? parts.masks().dirty() : 0;
    long needs = parts.masks().tableNeeds(write) | dirty;
    Comparison common = inSlot(leaf(level, entry).and(needs, needs));
    return format().ept() ? common.and(EptBits.TYPE, EptBits.WRITE_BACK) : common;
  }

  /** Whether a leaf has no bits that common ones do not have, whatever its rights. */
  Comparison leaf(Stage2Level level, Expr entry) {
    long rare = Stage2Entries.reservedInLeaf(level) | level.highFrameBits();
    return new Comparison(entry, rare, 0);
  }

  /** The same for the leaf of a page, which is asked for some of them with its rights. */
  Comparison leafForPage(Stage2Level level, Expr entry) {
    Comparison all = leaf(level, entry);
    return new Comparison(entry, all.mask() & ~parts.masks().alwaysZero(), all.expected());
  }

  private Comparison inSlot(Comparison comparison) {
    return direct == null ? comparison : comparison.and(direct.outside(), direct.base());
  }

  /**
   * With {@link DirectReads}, also bits that are ignored and seldom set: the mask then is one of 32
   * bits, as long as the slot is not too large, and takes no register.
   */
  private Comparison withIgnored(Comparison comparison) {
    return direct == null || format().entryBytes() != Long.BYTES
        ? comparison
        : comparison.and(IGNORED, 0);
  }

  /**
   * The entry at {@code index} in the table of stage 2 that {@code above} points to.
   *
   * @param mask the bits of {@code above} that do
   */
  Expr read(Expr above, long mask, Expr index) {
    Expr table = direct == null ? Expr.and(above, constant(mask)) : direct.inside(above, mask);
    return read(parts.slots(), table, index);
  }

  /** The entry at {@code index} bytes in a table, of either dimension, that was found. */
  Expr read(SlotMethods slots, Expr table, Expr index) {
    return direct == null ? slots.entry(table, index) : slots.likelyEntry(Expr.plus(table, index));
  }

  /** Where the page of a leaf begins, in the form in which {@link #read} takes it for a table. */
  Expr frame(Stage2Level level, Expr leaf) {
    return direct == null
        ? Expr.and(leaf, constant("FRAME" + level.number(), level.frameMask()))
        : direct.inside(leaf, level.frameMask());
  }

  /**
   * Not zero where the memory type of the page that {@code leaf} maps is illegal. A shift of a long
   * takes no more than the six low bits of its distance, of which the type is the upper half.
   */
  Expr wrongType(Expr leaf) {
    if (!format().ept()) {
      return constant(0);
    }
    Expr illegal = constant("ILLEGAL_LEAVES", illegalLeaves());
    return Expr.and(Expr.shiftRight(illegal, Expr.toInt(leaf)), constant(1));
  }

  /** Bit n is set if n, as the low six bits of a leaf, has an illegal type. */
  private long illegalLeaves() {
    long illegal = 0;
    for (int low = 0; low < Long.SIZE; low++) {
      illegal |= (long) (format().illegalTypes() >>> (low >>> EptBits.TYPE_SHIFT) & 1) << low;
    }
    return illegal;
  }
}
