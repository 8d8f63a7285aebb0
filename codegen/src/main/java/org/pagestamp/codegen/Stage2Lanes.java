package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Level;

/**
 * The loops of a batch in two dimensions that go through stage 2: see {@link NestedBatchMethods}.
 * Leaves may be of level 1 or 2.
 */
final class Stage2Lanes {
  private final Stage2Parts parts;
  private final Stage2Format format;
  private final Stage2Entries entries;
  private final DirectReads direct;
  private final Stage2Common common;
  private final boolean writesTables;

  /**
   * Loops for a class.
   *
   * @param direct how to read without a search, or null to search
   * @param writesTables whether walks for tables ask for the right to write
   */
  Stage2Lanes(Stage2Parts parts, DirectReads direct, boolean writesTables) {
    this.parts = parts;
    this.format = parts.format();
    this.entries = parts.entries();
    this.direct = direct;
    this.common = new Stage2Common(parts, direct);
    this.writesTables = writesTables;
  }

  /** Looks through stage 2 for the tables that the guest's words point to. */
  void writeTables(BatchLoop loop, Expr root2) {
    long needs = parts.masks().tableNeeds(writesTables);
    for (Stage2Level level : format.levels()) {
      loop.each(
          "i" + level.number(),
          lane -> {
            if (level.number() > 1) {
              Expr entry = readStage2(loop, lane, level, above(loop, lane, level, root2));
              Comparison toTable = common.pointsToTable(level, entry, needs);
              if (mapsTables(level)) {
                judge(loop, lane, toTable, large(level, leafForTable(level, entry)));
              } else {
                judge(loop, lane, toTable);
              }
              loop.code().setElement(loop.lanes(), lane.lane(), entry);
            } else if (mapsTables(format.level(2))) {
              Expr above = loop.code().let("above", above(loop, lane, level, root2));
              loop.code()
                  .choose(
                      isLarge(above),
                      () -> placeInLarge(loop, lane, above),
                      () -> placeTable(loop, lane, level, above));
            } else {
              placeTable(loop, lane, level, above(loop, lane, level, root2));
            }
          });
    }
  }

  private Comparison leafForTable(Stage2Level level, Expr entry) {
    return common.leafForTable(level, entry, writesTables);
  }

  private void placeTable(BatchLoop loop, BatchLoop.Lane lane, Stage2Level level, Expr above) {
    Expr entry = readStage2(loop, lane, level, above);
    judge(loop, lane, leafForTable(level, entry));
    loop.code().setElement(loop.lanes(), lane.lane(), common.frame(level, entry));
  }

  private void placeInLarge(BatchLoop loop, BatchLoop.Lane lane, Expr leaf) {
    Stage2Level level = format.level(2);
    Expr inPage = Expr.and(Expr.element(loop.results(), lane.i()), insideLarge());
    loop.code().setElement(loop.lanes(), lane.lane(), Expr.or(common.frame(level, leaf), inPage));
  }

  /** The address bits inside a page of level 2, above those of 4 KiB. */
  private Expr insideLarge() {
    return constant((format.level(2).pageSize() - 1) & EntryBits.FRAME);
  }

  /** Where in the page of a large leaf the 4 KiB are that a guest's word leads to. */
  Expr inLarge(Expr leaf, Expr word) {
    Expr start = Expr.and(leaf, constant(format.level(2).frameMask()));
    return Expr.or(start, Expr.and(word, insideLarge()));
  }

  /** Whether a batch knows large pages: those of level 2, where there are such. */
  boolean mapsLargePages() {
    return mapsPages(format.level(2));
  }

  /** Whether pages of a level may be common: in a batch those of level 2 alone. */
  private static boolean mapsPages(Stage2Level level) {
    return level.number() == 2 && Stage2Entries.mapsLargePages(level);
  }

  /** Whether they may have tables; see {@link Stage2Descent} on those larger than the slot. */
  private boolean mapsTables(Stage2Level level) {
    return mapsPages(level) && (direct == null || level.pageSize() <= direct.size());
  }

  private static Comparison large(Stage2Level level, Comparison leaf) {
    return leaf.and(level.leafBits(), level.leafBits());
  }

  /** The opposite of {@link #isLarge}. */
  private Cond isNotLarge(Expr entry) {
    return Cond.isZero(Expr.and(entry, constant("PS", format.level(2).leafBits())));
  }

  /** Whether an entry of level 2, or a {@link #leaf}, maps a large page. */
  Cond isLarge(Expr entry) {
    return Cond.isNotZero(Expr.and(entry, constant("PS", format.level(2).leafBits())));
  }

  /** What points to the table of a level. */
  private Expr above(BatchLoop loop, BatchLoop.Lane lane, Stage2Level level, Expr root2) {
    return level.number() == format.topLevel() ? root2 : Expr.element(loop.lanes(), lane.lane());
  }

  private Expr readStage2(BatchLoop loop, BatchLoop.Lane lane, Stage2Level level, Expr above) {
    long mask = level.number() == format.topLevel() ? format.rootMask() : format.tableMask();
    Expr index = entries.byteIndexOfFrame(level, Expr.element(loop.results(), lane.i()));
    return loop.code().let("entry" + level.number(), common.read(above, mask, index));
  }

  private static void judge(BatchLoop loop, BatchLoop.Lane lane, Comparison expected) {
    if (expected.mask() != 0) {
      loop.code()
          .when(
              expected.negated(),
              () -> loop.code().setElement(loop.results(), lane.i(), constant(0)));
    }
  }

  /** An entry of level 2 may point to a table, or be a large leaf. */
  private static void judge(
      BatchLoop loop, BatchLoop.Lane lane, Comparison toTable, Comparison leaf) {
    loop.code().when(toTable.negated(), () -> judge(loop, lane, leaf));
  }

  /** Looks through stage 2 for the pages, whose rights are folded. */
  void writePages(BatchLoop loop, Expr root2) {
    for (Stage2Level level : format.levels()) {
      loop.each(
          "k" + level.number(),
          lane -> {
            Expr above = above(loop, lane, level, root2);
            if (level.number() < format.topLevel()) {
              above = loop.code().let("above", above);
            }
            Expr last = above;
            if (level.number() == 1 && mapsLargePages()) {
              loop.code().when(isNotLarge(last), () -> readPage(loop, lane, level, last));
            } else {
              readPage(loop, lane, level, last);
            }
          });
    }
  }

  /** Reads an entry on the way to a page. In a leaf of level 1, PS is clear to tell it apart. */
  private void readPage(BatchLoop loop, BatchLoop.Lane lane, Stage2Level level, Expr above) {
    long forbidding = entries.forbidding();
    Expr entry = readStage2(loop, lane, level, above);
    if (level.number() == 1) {
      judge(loop, lane, common.leafForPage(level, entry));
    } else {
      long needs = parts.masks().tableNeeds(false);
      Comparison toTable = common.pointsToTable(level, entry, needs);
      if (mapsPages(level)) {
        judge(loop, lane, toTable, large(level, common.leafForPage(level, entry)));
      } else {
        judge(loop, lane, toTable);
      }
    }
    Expr plain = forbidding == 0 ? entry : Expr.xor(entry, constant("NX", forbidding));
    Expr counted =
        Stage2Entries.isCounted(level)
            ? plain
            : Expr.or(plain, constant("RIGHTS2", parts.masks().folded()));
    Expr word =
        level.number() == format.topLevel()
            ? counted
            : Expr.and(counted, Expr.or(above, constant("~RIGHTS2", ~parts.masks().folded())));
    boolean told = level.number() == 1 && mapsLargePages();
    loop.code()
        .setElement(
            loop.lanes(),
            lane.lane(),
            told ? Expr.and(word, constant("~PS", ~format.level(2).leafBits())) : word);
  }

  /** The leaf of stage 2 with the rights of all levels, in the form that they are judged in. */
  Expr leaf(BatchLoop loop, BatchLoop.Lane lane) {
    Expr word = Expr.element(loop.lanes(), lane.lane());
    if (format.entryBytes() == Integer.BYTES) {
      return Stage2Entries.withoutSign(word);
    }
    long forbidding = entries.forbidding();
    return forbidding == 0 ? word : Expr.xor(word, constant("NX", forbidding));
  }
}
