package org.pagestamp.codegen;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.LeafRule;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.ReservedBits;
import org.pagestamp.mode.Role;

/** Expressions over addresses and entries of one role: indexes, frames, reserved bits. */
final class EntryFormat {
  /** Bits that every format leaves to software, and no result has. */
  private static final long FOR_SOFTWARE = 0xE00;

  private static final String[] NAMES = {"", "pte", "pde", "pdpte", "pml4e", "pml5e"};

  /**
   * Bits that leaves of a level hardly ever have set, beside those reserved in all entries.
   *
   * @param plain whether those are among them that software uses
   */
  record LeafBits(PagingLevel level, boolean plain, long bits) {}

  private final Role role;
  private final PagingMode mode;

  EntryFormat(Role role) {
    this.role = role;
    this.mode = role.mode();
  }

  static Expr present() {
    return Expr.constant("P", EntryBits.P);
  }

  static Expr pageSize() {
    return Expr.constant("PS", EntryBits.PS);
  }

  /** Whether PS is set. An entry of 4 bytes is asked as the int that it is loaded as. */
  Cond isLarge(Expr entry) {
    if (mode.entryBytes() == Long.BYTES) {
      return Cond.isNotZero(Expr.and(entry, pageSize()));
    }
    Expr pageSize = Expr.intConstant((int) EntryBits.PS).printedAs("PS");
    return Cond.isNotZero(Expr.intAnd(Expr.toInt(entry), pageSize));
  }

  /** What entries of a level are called. */
  static String name(PagingLevel level) {
    return NAMES[level.number()];
  }

  /**
   * Not zero for a long-mode address that is not canonical. With half the range added, canonical
   * addresses are those that do not reach the bits above it, a carry out of the word aside. The
   * shift is that of the top level's index, so it costs nothing.
   */
  Expr nonCanonical(Expr gva) {
    return nonCanonicalShifted(Expr.shiftRight(gva, topShift()));
  }

  /** The same, beside {@link #rotatedIndex}. */
  Expr rotatedNonCanonical(Expr gva) {
    return nonCanonicalShifted(Expr.rotate(gva, topShift()));
  }

  private Expr nonCanonicalShifted(Expr shifted) {
    long range = 1L << (mode.gvaBits() - topShift());
    Expr moved = Expr.plus(shifted, Expr.constant(range / 2));
    return Expr.and(moved, Expr.constant((-1L >>> topShift()) & -range));
  }

  private int topShift() {
    return mode.levels().getFirst().shift() - entryShift();
  }

  private int entryShift() {
    return Integer.numberOfTrailingZeros(mode.entryBytes());
  }

  /** Where in its table the entry for {@code gva} is, in bytes. */
  Expr byteIndex(PagingLevel level, Expr gva) {
    return Expr.and(Expr.shiftRight(gva, indexShift(level)), Expr.constant(indexMask(level)));
  }

  /**
   * The same in the form that the fast path takes: a processor with BMI2 has a rotation into
   * another register, and a shift only in place, for which C2 copies the address first.
   */
  Expr rotatedIndex(PagingLevel level, Expr gva) {
    return Expr.and(Expr.rotate(gva, indexShift(level)), Expr.constant(indexMask(level)));
  }

  private int indexShift(PagingLevel level) {
    return level.shift() - entryShift();
  }

  private long indexMask(PagingLevel level) {
    return (level.entries() - 1L) << entryShift();
  }

  /**
   * Where a non-leaf entry points. An entry of 4 bytes is masked as an int: to widen it afterwards
   * is a move, which takes no time, and before would be an operation on the way to the next entry.
   */
  Expr table(Expr entry) {
    if (mode.entryBytes() == Long.BYTES) {
      return Expr.and(entry, Expr.constant("FRAME", mode.tableMask()));
    }
    Expr frame = Expr.intConstant((int) mode.tableMask()).printedAs("FRAME");
    return Expr.toUnsignedLong(Expr.intAnd(Expr.toInt(entry), frame));
  }

  /**
   * Where a non-leaf entry points if none of its bits that are {@link #refusedBySlots} is set; and
   * beyond all slots if one is.
   */
  Expr tableOrBeyond(Expr entry, SlotPlan plan) {
    long mask = mode.tableMask() | refusedBySlots(plan);
    return mask == mode.tableMask() ? table(entry) : Expr.and(entry, Expr.constant(mask));
  }

  /**
   * Bits reserved in all entries that need no test of their own in entries that point to tables:
   * taken for address bits, they lead beyond every slot.
   */
  long refusedBySlots(SlotPlan plan) {
    boolean beyond = plan.end() <= 1L << role.maxPhyAddr();
    return beyond ? reservedInAll() & ~EntryBits.NX & -1L << role.maxPhyAddr() : 0;
  }

  /** Where CR3 points. */
  Expr root(Expr cr3) {
    return Expr.and(cr3, Expr.constant("ROOT", mode.rootMask()));
  }

  /** The gpa of the 4-KiB page of {@code gva} in the page that {@code leaf} maps. */
  Expr pageGpa(PagingLevel level, Expr leaf, Expr gva) {
    long offset = level.pageSize() - 1;
    Expr frame = Expr.and(leaf, Expr.constant(mode.tableMask() & ~offset));
    if (level.highFrameBits(role) != 0) {
      frame =
          Expr.or(
              frame,
              Expr.shiftLeft(
                  Expr.and(leaf, Expr.constant(level.highFrameBits(role))),
                  level.highFrameShift()));
    }
    return level.number() == 1
        ? frame
        : Expr.or(frame, Expr.and(gva, Expr.constant(offset & EntryBits.FRAME)));
  }

  /** The bits that must be zero in an entry of {@code level} that points to a table. */
  long reservedInTable(PagingLevel level) {
    long pageSizeUnknown =
        level.hasPageSizeBit(role) ? 0 : ReservedBits.mask(role, level, true) & EntryBits.PS;
    return ReservedBits.mask(role, level, false) | pageSizeUnknown;
  }

  /** The bits that must be zero in a leaf of {@code level}. */
  long reservedInLeaf(PagingLevel level) {
    return ReservedBits.mask(role, level, level.number() > 1);
  }

  /**
   * The bits that must be zero in the entries above a leaf of {@code level}, and are not by
   * themselves: with those for which an address leads beyond all slots, or without them.
   */
  long reservedAbove(PagingLevel level, SlotPlan plan, boolean withAddresses) {
    long all = 0;
    for (PagingLevel upper : mode.levels()) {
      if (upper.number() > level.number() && upper.number() <= mode.topLevelInMemory()) {
        all |= reservedInTable(upper);
      }
    }
    return withAddresses ? all : all & ~refusedBySlots(plan);
  }

  /**
   * The bits that a leaf of {@code level} hardly ever has set: its reserved ones, and those of a
   * large page that have another place in a result.
   */
  long rareInLeaf(PagingLevel level) {
    long moved = level.number() == 1 ? 0 : EntryBits.PAT_LARGE | level.highFrameBits(role);
    return reservedInLeaf(level) | moved;
  }

  /** Those of {@link #rareInLeaf} that are not reserved in all entries, for all levels. */
  List<LeafBits> rareInLeaves() {
    List<LeafBits> rare = new ArrayList<>();
    for (PagingLevel level : mode.levels()) {
      long own = rareInLeaf(level) & ~reservedInAll();
      if (own != 0 && (level.leafRule() == LeafRule.ALWAYS || level.hasPageSizeBit(role))) {
        rare.add(new LeafBits(level, false, own));
        if (isAlone(level)) {
          rare.add(new LeafBits(level, true, own | FOR_SOFTWARE));
        }
      }
    }
    return rare;
  }

  /** Whether no entry with rights is above a leaf of {@code level}. */
  private boolean isAlone(PagingLevel level) {
    return level.number() > 1 && level.number() == mode.topLevelInMemory();
  }

  /** The bits that must be zero in all entries, leaf or not, of all levels in memory. */
  long reservedInAll() {
    long all = -1L;
    for (PagingLevel level : mode.levels()) {
      if (level.number() <= mode.topLevelInMemory()) {
        all &= ReservedBits.mask(role, level, false) & ReservedBits.mask(role, level, true);
      }
    }
    return all;
  }
}
