package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import java.util.function.BiConsumer;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Level;

/**
 * Walks of stage 2 in the middle of a method, for accesses that succeed and find all accessed and
 * dirty bits set: in a straight line from the root to the leaf, however many there are.
 *
 * <p>Unlike in {@link FastPath}, each entry is judged where it is read, by one masked comparison:
 * of so many entries no combination would stay in a register, and C2 would spill what the next
 * address is made of. Only the rights to the page are combined.
 */
final class Stage2Descent {
  private final Stage2Parts parts;
  private final Stage2Format format;
  private final Stage2Entries entries;
  private final DirectReads direct;
  private final Stage2Common common;
  private final Code code;
  private final Expr deviating;
  private final Expr root;

  // What the walk for the page leaves behind.
  private Expr and;
  private Expr or;
  private Expr word;
  private Expr page;
  private Expr ofLevel;

  /** What is asked of the entries of one walk, and what is done with them. */
  private record Kind(
      String name,
      boolean forTable,
      boolean inEntry,
      boolean write,
      BiConsumer<Stage2Level, Expr> leaf) {}

  /**
   * Declares what the walks have in common.
   *
   * @param direct how to read without a search, or null to search
   * @param rootRegister EPTP or nCR3
   * @param deviating what to return where a walk deviates
   */
  Stage2Descent(
      Stage2Parts parts, DirectReads direct, Code code, Expr rootRegister, Expr deviating) {
    this.parts = parts;
    this.format = parts.format();
    this.entries = parts.entries();
    this.direct = direct;
    this.common = new Stage2Common(parts, direct);
    this.code = code;
    this.deviating = deviating;
    root = code.let("root2", rootRegister);
    if (direct != null) {
      code.returnIf(common.root(root).negated(), deviating);
    }
  }

  /**
   * Walks for a table of the guest.
   *
   * @param name begins the names of what is read
   * @param gpa has the bits of the address at which the guest has the table, and others
   * @param low the bits of that address below a page
   * @param write whether the right to write is asked for
   * @return where the table is, for {@link #read}
   */
  Expr table(String name, Expr gpa, long low, boolean write) {
    Expr table = code.let(name + "At", constant(0));
    descend(
        format.level(format.topLevel()),
        new Kind(
            name,
            true,
            true,
            write,
            (level, entry) -> {
              long offset = (level.pageSize() - 1) & (EntryBits.FRAME | low);
              code.set(table, placed(level, entry, gpa, offset));
            }),
        root,
        format.rootMask(),
        gpa);
    return table;
  }

  /** Walks for an address; what comes of it is in {@link #word} and the like. */
  void page(Expr gpa) {
    page(gpa, false);
  }

  /** The same for the address that is in an entry of the guest, or in its result. */
  void pageIn(Expr entry) {
    page(entry, true);
  }

  private void page(Expr gpa, boolean inEntry) {
    and = code.let("pageAnd2", constant(-1));
    or = entries.forbidding() == 0 ? null : code.let("pageOr2", constant(0));
    word = code.let("word", constant(0));
    page = code.let("page2", constant(0));
    ofLevel = code.let("level2", constant(0));
    descend(
        format.level(format.topLevel()),
        new Kind(
            "page",
            false,
            inEntry,
            false,
            (level, entry) -> {
              code.set(word, entries.word(entry, and, or, parts.masks().folded()));
              long offset = (level.pageSize() - 1) & EntryBits.FRAME;
              Expr start = Expr.and(entry, constant(level.frameMask()));
              code.set(page, offset == 0 ? start : Expr.or(start, Expr.and(gpa, constant(offset))));
              code.set(ofLevel, parts.results().ofLevel(level, entry));
            }),
        root,
        format.rootMask(),
        gpa);
  }

  /**
   * Reads an entry at each level.
   *
   * @param above what points to the table
   * @param mask the bits of it that do
   */
  private void descend(Stage2Level level, Kind kind, Expr above, long mask, Expr gpa) {
    Expr index =
        kind.inEntry() ? entries.byteIndexOfFrame(level, gpa) : entries.byteIndex(level, gpa);
    String name = kind.name() + "_" + level.number();
    Expr entry = code.let(name, common.read(above, mask, index));
    if (level.number() == 1) {
      leaf(level, kind, entry);
    } else if (canEnd(level, kind)) {
      code.choose(
          pointsToTable(level, kind, entry).holds(),
          () -> next(level, kind, entry, gpa),
          () -> {
            code.returnIf(
                Cond.isZero(Expr.and(entry, constant("PS", level.leafBits()))), deviating);
            leaf(level, kind, entry);
          });
    } else {
      code.returnIf(pointsToTable(level, kind, entry).negated(), deviating);
      next(level, kind, entry, gpa);
    }
  }

  /**
   * Whether a walk may end at a level above 1. A table in a page larger than the slot may lie
   * behind the slot, which the page's own address does not tell: such a walk deviates.
   */
  private boolean canEnd(Stage2Level level, Kind kind) {
    boolean inSlot = direct == null || level.pageSize() <= direct.size();
    return Stage2Entries.mapsLargePages(level) && (inSlot || !kind.forTable());
  }

  /** Whether an entry is as common ones that point to tables are. */
  private Comparison pointsToTable(Stage2Level level, Kind kind, Expr entry) {
    return common.pointsToTable(level, entry, parts.masks().tableNeeds(kind.write()));
  }

  private void next(Stage2Level level, Kind kind, Expr entry, Expr gpa) {
    if (!kind.forTable()) {
      combine(level, entry);
    }
    descend(format.level(level.number() - 1), kind, entry, format.tableMask(), gpa);
  }

  /** A leaf for a table is judged here, that for the page at the end. */
  private void leaf(Stage2Level level, Kind kind, Expr entry) {
    Comparison expected =
        kind.forTable()
            ? common.leafForTable(level, entry, kind.write())
            : common.leafForPage(level, entry);
    if (expected.mask() != 0) {
      code.returnIf(expected.negated(), deviating);
    }
    kind.leaf().accept(level, entry);
  }

  private void combine(Stage2Level level, Expr entry) {
    code.set(and, Expr.and(and, entries.counted(level, entry)));
    if (or != null && Stage2Entries.isCounted(level)) {
      code.set(or, Expr.or(or, entry));
    }
  }

  private Expr placed(Stage2Level level, Expr entry, Expr gpa, long offset) {
    Expr frame = common.frame(level, entry);
    return offset == 0 ? frame : Expr.or(frame, Expr.and(gpa, constant(offset)));
  }

  /** The entry at {@code index} bytes in a table that {@link #table} has found. */
  Expr read(SlotMethods slots, Expr table, Expr index) {
    return common.read(slots, table, index);
  }

  /** Not zero where the memory type of the page is illegal. */
  Expr wrongType() {
    return common.wrongType(word);
  }

  /** The page's leaf, but with the rights of all levels, as they are judged by and packed from. */
  Expr word() {
    return word;
  }

  /** Adds in what kind of slot the page is; returns that and where it is, as in a result. */
  Expr addSlotFlags() {
    SlotFlags.add(code, parts.slots(), parts.plan(), page);
    return page;
  }

  /** What the level of the leaf adds to a result. */
  Expr ofLevel() {
    return ofLevel;
  }
}
