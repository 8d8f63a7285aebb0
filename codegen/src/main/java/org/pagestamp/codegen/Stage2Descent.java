package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import java.util.function.BiConsumer;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.stage2.EptBits;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Level;

/**
 * Walks of stage 2 in the middle of a method, for accesses that succeed and find all accessed and
 * dirty bits set: in a straight line from the root to the leaf, however many there are.
 *
 * <p>As in {@link FastPath}, entries are judged once, all together and at the end: those that lead
 * to tables of the guest all serve the same kind of access, so that one AND and one OR of them
 * suffice; those that lead to the page have an AND of their own. Until then addresses come from
 * entries that nobody has validated, and cannot lead out of the slots.
 */
final class Stage2Descent {
  private final Stage2Parts parts;
  private final Stage2Format format;
  private final Stage2Entries entries;
  private final DirectReads direct;
  private final Code code;
  private final Expr exact;
  private final Expr root;

  /** All entries of walks for tables ANDed. */
  private final Expr and;

  /** Of all walks: entries that point to tables ORed. */
  private final Expr or;

  /** The leaves of walks for tables, ANDed and ORed. */
  private final Expr leafAnd;

  private final Expr leafOr;

  /** All addresses in entries ANDed; null where nobody asks. */
  private final Expr addresses;

  private boolean forTables;

  // What the walk for the page leaves behind.
  private Expr pageAnd;
  private Expr pageOr;
  private Expr leaf;
  private Expr page;

  /**
   * Declares what the walks have in common.
   *
   * @param direct how to read without a search, or null to search
   * @param rootRegister EPTP or nCR3
   * @param exact what to return where a walk deviates
   */
  Stage2Descent(Stage2Parts parts, DirectReads direct, Code code, Expr rootRegister, Expr exact) {
    this.parts = parts;
    this.format = parts.format();
    this.entries = parts.entries();
    this.direct = direct;
    this.code = code;
    this.exact = exact;
    root = code.let("root2", Expr.and(rootRegister, constant("ROOT2", format.rootMask())));
    or = code.let("or2", Expr.and(root, constant("FRAME", EntryBits.FRAME)));
    and = code.let("and2", constant(-1));
    leafAnd = code.let("leafAnd2", constant(-1));
    leafOr = code.let("leafOr2", constant(0));
    addresses = direct != null && direct.looksAtAnd() ? code.let("addresses2", root) : null;
  }

  /**
   * Walks for a table of the guest.
   *
   * @param name begins the names of what is read
   * @param gpa where the guest has the table
   * @param low the bits of {@code gpa} below a page
   * @return where it is, for {@link #read}
   */
  Expr table(String name, Expr gpa, long low) {
    forTables = true;
    Expr table = code.let(name + "At", constant(0));
    descend(
        format.level(format.topLevel()),
        name,
        root,
        format.rootMask(),
        gpa,
        (level, entry) -> {
          code.set(leafAnd, Expr.and(leafAnd, entry));
          code.set(leafOr, Expr.or(leafOr, entry));
          noteAddress(entry);
          long offset = (level.pageSize() - 1) & (EntryBits.FRAME | low);
          code.set(table, placed(level, entry, gpa, offset));
        });
    return table;
  }

  /** Walks for the page at {@code gpa}; what comes of it is in {@link #word} and the like. */
  void page(Expr gpa) {
    forTables = false;
    pageAnd = code.let("pageAnd2", constant(-1));
    pageOr = format.inverted() == 0 ? null : code.let("pageOr2", constant(0));
    leaf = code.let("leaf2", constant(0));
    page = code.let("page2", constant(0));
    descend(
        format.level(format.topLevel()),
        "page",
        root,
        format.rootMask(),
        gpa,
        (level, entry) -> {
          code.set(leaf, entry);
          long offset = (level.pageSize() - 1) & EntryBits.FRAME;
          Expr frame = Expr.and(entry, constant(level.frameMask()));
          Expr placed = offset == 0 ? frame : Expr.or(frame, Expr.and(gpa, constant(offset)));
          code.set(page, Expr.or(placed, parts.results().ofLevel(level, entry)));
        });
  }

  /**
   * Reads an entry at each level.
   *
   * @param above what points to the table
   * @param mask the bits of it that do
   */
  private void descend(
      Stage2Level level,
      String name,
      Expr above,
      long mask,
      Expr gpa,
      BiConsumer<Stage2Level, Expr> atLeaf) {
    Expr index = entries.byteIndex(level, gpa);
    Expr table = direct == null ? above(above, mask) : direct.inside(above, mask);
    Expr entry = code.let(name + "_" + level.number(), read(parts.slots(), table, index));
    fold(level, entry);
    if (level.number() == 1) {
      refuseMoved(level, entry);
      atLeaf.accept(level, entry);
    } else if (!Stage2Entries.mapsLargePages(level)) {
      next(level, name, entry, gpa, atLeaf);
    } else if (forTables && direct != null && direct.size() < level.pageSize()) {
      code.returnIf(Stage2Entries.isLarge(level, entry), exact);
      next(level, name, entry, gpa, atLeaf);
    } else {
      code.choose(
          Stage2Entries.isLarge(level, entry),
          () -> largePage(level, entry, atLeaf),
          () -> next(level, name, entry, gpa, atLeaf));
    }
  }

  private Expr above(Expr above, long mask) {
    return mask == format.rootMask() ? above : Expr.and(above, constant("FRAME", mask));
  }

  private void fold(Stage2Level level, Expr entry) {
    Expr counted = entries.counted(level, entry);
    if (forTables) {
      code.set(and, Expr.and(and, counted));
      return;
    }
    code.set(pageAnd, Expr.and(pageAnd, counted));
    if (pageOr != null && Stage2Entries.isCounted(level)) {
      code.set(pageOr, Expr.or(pageOr, entry));
    }
  }

  private void next(
      Stage2Level level, String name, Expr entry, Expr gpa, BiConsumer<Stage2Level, Expr> atLeaf) {
    if (Stage2Entries.isCounted(level)) {
      code.set(or, Expr.or(or, entry));
    } else {
      refuse(entry, Stage2Entries.reservedInTable(level));
      code.set(or, Expr.or(or, Expr.and(entry, constant("FRAME", EntryBits.FRAME))));
    }
    noteAddress(entry);
    descend(format.level(level.number() - 1), name, entry, format.tableMask(), gpa, atLeaf);
  }

  private void largePage(Stage2Level level, Expr entry, BiConsumer<Stage2Level, Expr> atLeaf) {
    refuse(entry, Stage2Entries.reservedInLeaf(level));
    refuseMoved(level, entry);
    atLeaf.accept(level, entry);
  }

  private void refuse(Expr entry, long bits) {
    if (bits != 0) {
      code.returnIf(Cond.isNotZero(Expr.and(entry, constant(bits))), exact);
    }
  }

  /** Address bits of a leaf that are not in their place. */
  private void refuseMoved(Stage2Level level, Expr entry) {
    refuse(entry, level.highFrameBits());
  }

  private void noteAddress(Expr entry) {
    if (addresses != null) {
      code.set(addresses, Expr.and(addresses, entry));
    }
  }

  private Expr placed(Stage2Level level, Expr entry, Expr gpa, long offset) {
    Expr frame =
        direct == null
            ? Expr.and(entry, constant("FRAME" + level.number(), level.frameMask()))
            : direct.inside(entry, level.frameMask());
    return offset == 0 ? frame : Expr.or(frame, Expr.and(gpa, constant(offset)));
  }

  /** The entry at {@code index} bytes in a table that {@link #table} has found. */
  Expr read(SlotMethods slots, Expr table, Expr index) {
    return direct == null ? slots.entry(table, index) : slots.likelyEntry(Expr.plus(table, index));
  }

  // Once all walks are made.

  /** Whether an address led out of the slot that all are supposed to be in. */
  Cond strays() {
    Expr all = Expr.or(or, leafOr);
    Expr strays = direct.strays(addresses == null ? all : addresses, all);
    return Cond.isNotZero(Expr.and(strays, constant("OUTSIDE", direct.outside())));
  }

  /**
   * Not zero where a walk for a table deviates.
   *
   * @param write whether they ask for the right to write
   */
  Expr wrongInTables(boolean write) {
    long needs = parts.masks().tableNeeds(write);
    Expr wrong = Expr.and(Expr.xor(and, constant(-1)), constant("TABLE_NEEDS", needs));
    long reserved = Stage2Entries.reservedInLeaf(format.level(1));
    wrong = Expr.or(wrong, Expr.and(leafOr, constant("LEAF_RESERVED", reserved)));
    long dirty = write && parts.updates() ? parts.masks().dirty() : 0;
    if (dirty != 0) {
      wrong = Expr.or(wrong, Expr.and(Expr.xor(leafAnd, constant(-1)), constant("D2", dirty)));
    }
    if (!format.ept()) {
      return wrong;
    }
    Expr types = Expr.and(Expr.xor(leafAnd, leafOr), constant("TYPE", EptBits.TYPE));
    return Expr.or(Expr.or(wrong, types), illegalType(leafOr));
  }

  /** Not zero where the memory type of a leaf is illegal. */
  private Expr illegalType(Expr entry) {
    Expr type = Expr.toInt(Stage2Entries.typeAt(EptBits.TYPE_SHIFT, entry));
    Expr illegal =
        Expr.intShiftRight(
            Expr.intConstant(format.illegalTypes()).printedAs("ILLEGAL_TYPES"), type);
    return Expr.toLong(Expr.intAnd(illegal, Expr.intConstant(1)));
  }

  /** Not zero where an entry that points to a table has a reserved bit. */
  Expr wrongAbove() {
    return Expr.and(or, constant("TABLE_RESERVED", entries.reservedInTables()));
  }

  /** Not zero where the page's leaf is illegal. */
  Expr wrongInLeaf() {
    long reserved = Stage2Entries.reservedInLeaf(format.level(1));
    Expr wrong = Expr.and(leaf, constant("LEAF_RESERVED", reserved));
    return format.ept() ? Expr.or(wrong, illegalType(leaf)) : wrong;
  }

  /** The word that the rights of the page are judged by, and packed from. */
  Expr word() {
    Expr word = pageAnd;
    if (pageOr != null) {
      Expr forbidding = constant("NX", format.inverted());
      word =
          Expr.or(
              Expr.and(pageAnd, constant("~NX", ~format.inverted())), Expr.and(pageOr, forbidding));
    }
    long dirty = parts.masks().dirty();
    return dirty == 0
        ? word
        : Expr.or(Expr.and(word, constant("~D2", ~dirty)), Expr.and(leaf, constant("D2", dirty)));
  }

  /** The leaf that maps the page. */
  Expr leaf() {
    return leaf;
  }

  /** Where the page is, with what its level adds to a result. */
  Expr pageAndLevel() {
    return page;
  }
}
