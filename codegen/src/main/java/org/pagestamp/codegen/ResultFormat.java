package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.PageFaultCode;
import org.pagestamp.walk.WalkResult;

/** Expressions that pack results: see {@link WalkResult}. */
final class ResultFormat {
  private static final long FOLDED = EntryBits.W | EntryBits.U;

  /** The error code is in bits 31:16 of a fault. */
  private static final int CODE_SHIFT = 16;

  private final Role role;
  private final EntryFormat entries;

  ResultFormat(Role role, EntryFormat entries) {
    this.role = role;
    this.entries = entries;
  }

  /**
   * A success.
   *
   * @param leaf the leaf entry after the walk
   * @param and AND of the entries above, or null if there are none
   * @param or OR of the entries above, or null if there are none
   */
  Expr success(PagingLevel level, Expr leaf, Expr and, Expr or, Expr gva) {
    long kept = WalkResult.LEAF_ATTRIBUTES | FOLDED | EntryBits.NX;
    if (level.number() == 1) {
      kept |= EntryBits.PAT | role.mode().tableMask();
    }
    Expr result = Expr.and(leaf, mask(and, FOLDED, inEntry(kept)));
    if (level.number() > 1) {
      int left = Long.numberOfTrailingZeros(EntryBits.PAT_LARGE / EntryBits.PAT);
      Expr pat = Expr.and(Expr.shiftRight(leaf, left), constant("PAT", EntryBits.PAT));
      result = Expr.or(Expr.or(result, entries.pageGpa(level, leaf, gva)), pat);
    }
    if (or != null && role.nxe()) {
      result = Expr.or(result, Expr.and(or, constant("NX", EntryBits.NX)));
    }
    return Expr.or(result, levelBits(level));
  }

  /**
   * What is a success if the access is allowed, the leaf has none of {@link
   * EntryFormat#rareInLeaf}, and no entry above has NX: two operations at most from the leaf. It
   * has more bits of all levels in it, so that whether it is allowed can be seen in it.
   *
   * @param allOne bits that a success has set in all entries; here they are ANDed
   * @param allZero bits that a success has clear in all entries; here they are the leaf's
   */
  Expr common(PagingLevel level, Expr leaf, Expr and, Expr gva, long allOne, long allZero) {
    return placed(level, kept(level, leaf, and, allOne, allZero), gva);
  }

  /** The part of {@link #common} that comes from entries, where {@code allZero} may be others. */
  Expr kept(PagingLevel level, Expr leaf, Expr and, long allOne, long allZero) {
    long anded = FOLDED | allOne;
    long frame = role.mode().tableMask() & -level.pageSize();
    long kept = WalkResult.LEAF_ATTRIBUTES | anded | allZero | EntryBits.NX | frame;
    if (level.number() == 1) {
      kept |= EntryBits.PAT;
    }
    return Expr.and(leaf, mask(and, anded, inEntry(kept)));
  }

  /**
   * {@link #common} of a large leaf that is alone, has no bit set that a result does not have, and
   * allows the access: one operation from the leaf.
   */
  Expr plain(PagingLevel level, Expr leaf, Expr gva) {
    long levelForPageSize = WalkResult.levelBits(level.number()) - EntryBits.PS;
    // An OR, as C2 would add the constant of a sum last.
    return Expr.plus(leaf, Expr.or(offset(level, gva), constant(levelForPageSize)));
  }

  private static Expr offset(PagingLevel level, Expr gva) {
    return Expr.and(gva, constant((level.pageSize() - 1) & EntryBits.FRAME));
  }

  /** Adds the part of {@link #common} that comes from elsewhere. */
  Expr placed(PagingLevel level, Expr kept, Expr gva) {
    if (level.number() == 1) {
      return kept;
    }
    // A sum, as C2 would join the constant of an OR to the leaf's after all.
    return Expr.or(kept, Expr.plus(offset(level, gva), levelBits(level)));
  }

  /** What a success without paging tells, the page aside: nothing forbids anything. */
  static Expr unpaged() {
    long rights = EntryBits.P | EntryBits.W | EntryBits.U | EntryBits.A | EntryBits.D;
    return constant("P|W|U|A|D|LEVEL0", rights | WalkResult.levelBits(0));
  }

  private static Expr levelBits(PagingLevel level) {
    long bits = WalkResult.levelBits(level.number());
    return bits == 0 ? constant(0) : constant("LEVEL" + level.number(), bits);
  }

  private long inEntry(long bits) {
    return role.mode().entryBytes() == Integer.BYTES ? bits & 0xFFFF_FFFFL : bits;
  }

  /** What of the leaf stays: ready before the leaf is, so that only the AND with it is not. */
  private Expr mask(Expr and, long anded, long kept) {
    if (and == null) {
      return constant(kept);
    }
    if (role.mode().entryBytes() == Integer.BYTES) {
      // No mask below 1 << 31 for an entry of 4 bytes: C2 would widen it once more.
      return Expr.and(
          Expr.or(and, constant("~(" + nameOfAnded(anded) + ")", ~anded)), constant(kept));
    }
    return Expr.or(Expr.and(and, constant(nameOfAnded(anded), anded)), constant(kept & ~anded));
  }

  private static String nameOfAnded(long anded) {
    return ((anded & EntryBits.P) != 0 ? "P|" : "")
        + "W|U"
        + ((anded & EntryBits.A) != 0 ? "|A" : "");
  }

  /** The part of every fault's error code that the access determines, where a fault has it. */
  Expr accessBits(Expr access) {
    int bits = PageFaultCode.WRITE | PageFaultCode.USER;
    if (role.reportsFetch()) {
      bits |= PageFaultCode.FETCH;
    }
    Expr code = Expr.intAnd(access, Expr.intConstant(bits));
    return Expr.toLong(Expr.intShiftLeft(code, CODE_SHIFT));
  }

  /** A fault; {@code cause} are the error-code bits that tell the cause. */
  static Expr fault(FaultReason reason, int cause, int level) {
    return constant(
        reason.name() + (level == 0 ? "" : "@" + level), WalkResult.fault(reason, cause, level));
  }

  /** 0 or CLEAN_WRITE: a write succeeds, though D of its leaf in a read-only slot is clear. */
  static Cond isCleanWrite(Expr access, Expr leaf) {
    Expr write = Expr.intAnd(access, Expr.intConstant(Access.WRITE).printedAs("WRITE"));
    return Cond.isNotZero(write).and(isClean(leaf));
  }

  /** Whether D of the leaf is clear. */
  static Cond isClean(Expr leaf) {
    return Cond.isZero(Expr.and(leaf, constant("D", EntryBits.D)));
  }
}
