package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.stage2.EptBits;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Level;
import org.pagestamp.stage2.Stage2Result;

/** Expressions that pack the results of stage 2: see {@link Stage2Result}. */
final class Stage2Results {
  private static final long RIGHTS =
      Stage2Result.READABLE | Stage2Result.WRITABLE | Stage2Result.EXECUTABLE;

  private static final long NESTED_RIGHTS =
      NestedResult.STAGE2_READABLE | NestedResult.STAGE2_WRITABLE | NestedResult.STAGE2_EXECUTABLE;

  private final Stage2Format format;

  Stage2Results(Stage2Format format) {
    this.format = format;
  }

  /** What a leaf's level adds to a result: its number, and outside EPT its PAT bit. */
  Expr ofLevel(Stage2Level level, Expr leaf) {
    Expr number = constant("LEVEL" + level.number(), Stage2Result.levelBits(level.number()));
    if (level.patBit() == 0) {
      return number;
    }
    int to = Stage2Result.TYPE_SHIFT + 2;
    return Expr.or(number, moved(leaf, level.patBit(), 1L << to));
  }

  /**
   * What a success tells beside the page and its level.
   *
   * @param word all entries ANDed, NX ORed
   * @param leaf the leaf after the walk
   */
  Expr rights(Expr word, Expr leaf) {
    Stage2Level level = format.level(1);
    Expr result = Expr.or(format.ept() ? ofEpt(word, leaf) : ofNpt(word, leaf), success());
    if (level.accessed() == 0) {
      return result;
    }
    result = Expr.or(result, moved(leaf, level.accessed(), Stage2Result.ACCESSED));
    return Expr.or(result, moved(leaf, level.dirty(), Stage2Result.DIRTY));
  }

  /**
   * The result of a success for an access that is no write or finds D set.
   *
   * @param word the leaf with the rights of all entries
   * @param place where the page is, and what its level adds
   */
  Expr success(Expr word, Expr place) {
    return Expr.or(Expr.or(rights(word, word), withheld(word)), place);
  }

  private static Expr success() {
    return constant("SUCCESS", Stage2Result.SUCCESS);
  }

  /** WRITE_WITHHELD where D of the leaf is clear. */
  private Expr withheld(Expr leaf) {
    long dirty = format.level(1).dirty();
    return dirty == 0
        ? constant(0)
        : Expr.xor(
            moved(leaf, dirty, Stage2Result.WRITE_WITHHELD),
            constant("WRITE_WITHHELD", Stage2Result.WRITE_WITHHELD));
  }

  private Expr ofEpt(Expr word, Expr leaf) {
    Expr rights = eptRights(word, RIGHTS);
    long user = format.userExecute() == 0 ? EptBits.X : format.userExecute();
    Expr userExecutable = moved(word, user, Stage2Result.USER_EXECUTABLE);
    Expr type = moved(leaf, EptBits.TYPE, 7L << Stage2Result.TYPE_SHIFT);
    Expr ignorePat = moved(leaf, EptBits.IGNORE_PAT, Stage2Result.IGNORE_PAT);
    return Expr.or(Expr.or(rights, userExecutable), Expr.or(type, ignorePat));
  }

  /** Data may be read, or the walk would not succeed. */
  private Expr ofNpt(Expr word, Expr leaf) {
    Expr rights =
        Expr.or(
            moved(word, EntryBits.W, Stage2Result.WRITABLE),
            constant("READABLE", Stage2Result.READABLE));
    Expr userExecutable =
        Expr.shiftLeft(
            isExecutable(word), Long.numberOfTrailingZeros(Stage2Result.USER_EXECUTABLE));
    Expr executable =
        Expr.shiftLeft(
            supervisorMayFetch(word), Long.numberOfTrailingZeros(Stage2Result.EXECUTABLE));
    Expr type = moved(leaf, EntryBits.PWT | EntryBits.PCD, 3L << Stage2Result.TYPE_SHIFT);
    return Expr.or(Expr.or(rights, Expr.or(executable, userExecutable)), type);
  }

  /** 1 where no entry has NX. */
  private static Expr isExecutable(Expr word) {
    Expr noExecute = Expr.shiftRight(word, Long.numberOfTrailingZeros(EntryBits.NX));
    return Expr.xor(noExecute, constant(1));
  }

  private Expr supervisorMayFetch(Expr word) {
    long forbidden = format.executable().forbidden();
    return forbidden == 0
        ? isExecutable(word)
        : Expr.and(isExecutable(word), Expr.xor(moved(word, forbidden, 1), constant(1)));
  }

  /**
   * What a result in two dimensions tells of stage 2, by the result of stage 2. The right to
   * execute is that of supervisor mode.
   */
  static Expr inNested(Expr found) {
    Expr rights = moved(found, RIGHTS, NESTED_RIGHTS);
    Expr withheld = moved(found, Stage2Result.WRITE_WITHHELD, NestedResult.STAGE2_WRITABLE);
    return Expr.or(levelInNested(found), Expr.and(rights, Expr.xor(withheld, constant(-1))));
  }

  /** The level in a result in two dimensions, by the level in a result of stage 2. */
  static Expr levelInNested(Expr found) {
    long level2 = Stage2Result.levelBits(2); // all bits of a level set
    return moved(found, level2, NestedResult.stage2Bits(level2, false));
  }

  /**
   * The rights of stage 2 in a result in two dimensions, by the leaf with the rights of all
   * entries. The right to execute is that of supervisor mode. Not by way of {@link #rights}: the
   * fewer operations from the last entry to the result, the better.
   */
  Expr rightsInNested(Expr word) {
    long dirty = format.level(1).dirty();
    Expr rights = format.ept() ? eptRights(word, NESTED_RIGHTS) : nptRights(word);
    return dirty == 0 ? rights : Expr.and(rights, notWithheld(word, dirty));
  }

  /** The right to write where D is set, and all other bits. */
  private static Expr notWithheld(Expr word, long dirty) {
    long writable = NestedResult.STAGE2_WRITABLE;
    int left = Long.numberOfTrailingZeros(writable) - Long.numberOfTrailingZeros(dirty);
    return Expr.or(Expr.shiftLeft(word, left), constant(~writable));
  }

  private static Expr eptRights(Expr word, long to) {
    return moved(word, EptBits.R | EptBits.W | EptBits.X, to);
  }

  private Expr nptRights(Expr word) {
    Expr writable =
        Expr.or(
            moved(word, EntryBits.W, NestedResult.STAGE2_WRITABLE),
            constant("STAGE2_READABLE", NestedResult.STAGE2_READABLE));
    Expr executable = supervisorMayFetch(word);
    int left = Long.numberOfTrailingZeros(NestedResult.STAGE2_EXECUTABLE);
    return Expr.or(writable, Expr.shiftLeft(executable, left));
  }

  /**
   * What turns the right to execute in {@link #rightsInNested} into that of user mode, by an XOR.
   */
  static Expr differenceOfUser(Expr found) {
    return Expr.xor(
        moved(found, Stage2Result.EXECUTABLE, NestedResult.STAGE2_EXECUTABLE),
        moved(found, Stage2Result.USER_EXECUTABLE, NestedResult.STAGE2_EXECUTABLE));
  }

  /** The bits {@code from} of a value, where the result has {@code to}. */
  static Expr moved(Expr value, long from, long to) {
    int left = Long.numberOfTrailingZeros(to) - Long.numberOfTrailingZeros(from);
    Expr shifted = left < 0 ? Expr.shiftRight(value, -left) : Expr.shiftLeft(value, left);
    return Expr.and(shifted, constant(to));
  }
}
