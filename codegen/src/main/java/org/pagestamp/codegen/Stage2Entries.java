package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Level;

/** Expressions over the entries of a stage-2 format: indexes, frames, reserved bits. */
final class Stage2Entries {
  private final Stage2Format format;

  Stage2Entries(Stage2Format format) {
    this.format = format;
  }

  /** Where in its table the entry for {@code gpa} is, in bytes. */
  Expr byteIndex(Stage2Level level, Expr gpa) {
    int entryShift = Integer.numberOfTrailingZeros(format.entryBytes());
    long mask = ((1L << level.indexBits()) - 1) << entryShift;
    return Expr.and(Expr.shiftRight(gpa, level.shift() - entryShift), constant(mask));
  }

  /**
   * The same for the frame in an entry of the guest, or in its result, whose bits above 51 mean
   * something else.
   */
  Expr byteIndexOfFrame(Stage2Level level, Expr entry) {
    int entryShift = Integer.numberOfTrailingZeros(format.entryBytes());
    long index = ((1L << level.indexBits()) - 1) & (EntryBits.FRAME >>> level.shift());
    return Expr.and(
        Expr.shiftRight(entry, level.shift() - entryShift), constant(index << entryShift));
  }

  /** Whether entries of a level above 1 can map pages. */
  static boolean mapsLargePages(Stage2Level level) {
    return level.number() > 1 && level.leafBits() != 0;
  }

  /** The bits that must be zero in an entry of {@code level} that points to a table. */
  static long reservedInTable(Stage2Level level) {
    long bit7 = mapsLargePages(level) ? 0 : level.reservedIfBit7Set() & EntryBits.PS;
    return level.reservedIfBit7Clear() | bit7;
  }

  /** The bits that must be zero in a leaf of {@code level}. */
  static long reservedInLeaf(Stage2Level level) {
    return level.number() == 1 ? level.reservedIfBit7Clear() : level.reservedIfBit7Set();
  }

  /** Whether the bits of entries of a level mean what they do at other levels. */
  static boolean isCounted(Stage2Level level) {
    return level.counted() != 0;
  }

  /** What takes part in the rights of all levels. */
  Expr counted(Stage2Level level, Expr entry) {
    return isCounted(level)
        ? entry
        : Expr.or(entry, constant("~P", ~(format.present() & EntryBits.P)));
  }

  /** The bits that forbid where they are set; entries of 4 bytes have none. */
  long forbidding() {
    return format.entryBytes() == Long.BYTES ? format.inverted() : 0;
  }

  /**
   * All entries combined as rights are judged by: ANDed, but bits that forbid ORed.
   *
   * @param and all entries ANDed
   * @param or all entries ORed; not used where none forbid
   */
  Expr word(Expr and, Expr or) {
    if (format.entryBytes() == Integer.BYTES) {
      return withoutSign(and);
    }
    return forbidding() == 0
        ? and
        : Expr.or(Expr.and(and, constant("~NX", ~forbidding())), forbidden(or));
  }

  /**
   * A leaf with the rights of all levels.
   *
   * @param and the entries above ANDed
   * @param or the entries above ORed; not used where none forbid
   * @param folded the bits that are rights
   */
  Expr word(Expr leaf, Expr and, Expr or, long folded) {
    Expr allowed = Expr.or(and, constant("~RIGHTS2", ~folded | forbidding()));
    Expr word = Expr.and(leaf, allowed);
    if (format.entryBytes() == Integer.BYTES) {
      return withoutSign(word);
    }
    return forbidding() == 0 ? word : Expr.or(word, forbidden(or));
  }

  private Expr forbidden(Expr or) {
    return Expr.and(or, constant("NX", forbidding()));
  }

  /** An entry of 4 bytes, which was sign-extended. */
  static Expr withoutSign(Expr entry) {
    return Expr.and(entry, constant("ENTRY", 0xFFFF_FFFFL));
  }

  /** The bits of {@code gpa} that no index uses, and that must be zero. */
  long beyond() {
    return format.highGpaIgnored() || format.gpaBits() >= Long.SIZE ? 0 : -1L << format.gpaBits();
  }

  /** The constants that a listing names. */
  String legend() {
    return "// ROOT2 " + Expr.hex(format.rootMask()) + ", FRAME " + Expr.hex(format.tableMask());
  }

  /** Whether fetches from user mode and from supervisor mode need different rights. */
  boolean haveTwoExecuteRights() {
    return !format.executable().equals(format.userExecutable());
  }
}
