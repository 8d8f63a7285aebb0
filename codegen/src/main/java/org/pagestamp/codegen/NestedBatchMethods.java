package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import java.util.List;
import org.objectweb.asm.Opcodes;
import org.pagestamp.codegen.ClassBody.Parameter;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.LeafRule;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.PdpteAccess;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.walk.Access;

/**
 * The method {@code batch} of a class that walks in two dimensions: many walks at a time, one read
 * of all of them after the other, as {@link BatchMethods} in one dimension. {@link
 * GeneratedNestedWalker#walkAll} says with what result.
 *
 * <p>Each walk has two words: in the array of the results the guest's last entry, with the rights
 * of those above folded in; and in the lanes what stage 2 had last on the way to where that entry
 * leads. What deviates loses P in the guest's word, and never gets it back. All but the rights to
 * the page is judged where it is read, see {@link Stage2Common}; of the guest's pages, only those
 * of 4 KiB are common, and of stage 2 those of level 1 and 2.
 *
 * <p>The guest's tables have a method {@code placeTables} for all levels. The table that CR3 points
 * to is looked for once, by {@code placeRoot}.
 */
final class NestedBatchMethods {
  private static final String LONGS = "[J";
  private static final String STATE = "Lorg/pagestamp/nested/NestedState;";
  private static final long RIGHTS = EntryBits.P | EntryBits.W | EntryBits.U;

  /** What {@code placeRoot} returns where it finds the root in no common way. */
  private static final long NOWHERE = -1;

  private final NestedParts parts;
  private final PagingMode mode;
  private final EntryFormat entries;
  private final DirectReads direct;
  private final Stage2Common common;
  private final Stage2Lanes stage2;

  NestedBatchMethods(NestedParts parts, DirectReads direct) {
    this.parts = parts;
    this.mode = parts.choices().guest().mode();
    this.entries = parts.entries();
    this.direct = direct;
    this.common = new Stage2Common(parts.stage2(), direct);
    this.stage2 = new Stage2Lanes(parts.stage2(), direct, parts.writesTables());
  }

  /** Whether a class that has a fast path has the method: not where walks read PDPTEs in memory. */
  static boolean areOf(NestedRole role) {
    return role.guest().mode() != PagingMode.PAE || role.pdpteAccess() != PdpteAccess.IN_WALK;
  }

  void write(ClassBody body) {
    if (hasRoot()) {
      privateMethod(
          body,
          "placeRoot",
          Expr.LONG,
          List.of(new Parameter("state", STATE)),
          (code, p) -> writeRoot(code, p[0]));
    }
    if (mode != PagingMode.NO_PAGING) {
      privateMethod(
          body,
          "placeTables",
          Expr.VOID,
          List.of(
              new Parameter("root2", Expr.LONG),
              new Parameter("lanes", LONGS),
              new Parameter("results", LONGS),
              new Parameter("start", Expr.INT),
              new Parameter("end", Expr.INT)),
          (code, p) -> {
            stage2.writeTables(new BatchLoop(code, p[1], p[2], p[3], p[4]), p[0]);
            code.retVoid();
          });
    }
    body.method(
        0,
        "batch",
        Expr.VOID,
        List.of(
            new Parameter("state", STATE),
            new Parameter("gvas", LONGS),
            new Parameter("access", Expr.INT),
            new Parameter("results", LONGS),
            new Parameter("start", Expr.INT),
            new Parameter("end", Expr.INT)),
        (code, p) -> writeBatch(code, p[0], p[1], p[2], p[3], p[4], p[5]));
  }

  private static void privateMethod(
      ClassBody body,
      String name,
      String returned,
      List<Parameter> parameters,
      ClassBody.Body statements) {
    int access = Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC;
    body.method(access, name, returned, parameters, statements);
  }

  private boolean hasRoot() {
    return mode != PagingMode.NO_PAGING && mode != PagingMode.PAE;
  }

  /** {@code return} where the guest's root table is, or {@link #NOWHERE}. */
  private void writeRoot(Code code, Expr state) {
    Expr nowhere = constant("NOWHERE", NOWHERE);
    Expr root = code.let("root", entries.root(VcpuFields.cr3(NestedFields.guest(state))));
    if (parts.tooWide() != 0) {
      code.returnIf(Cond.isNotZero(Expr.and(root, constant(parts.tooWide()))), nowhere);
    }
    Stage2Descent descent = new Stage2Descent(parts.stage2(), direct, code, root2(state), nowhere);
    code.ret(descent.table("root", root, 0, parts.writesTables()));
  }

  private static Expr root2(Expr state) {
    return NestedFields.root(NestedFields.stage2(state));
  }

  private void writeBatch(
      Code code, Expr state, Expr gvas, Expr access, Expr results, Expr start, Expr end) {
    Expr vcpu = code.let("vcpu", NestedFields.guest(state));
    Expr lanes = code.let("lanes", NestedFields.lanes(state));
    Expr root2 = code.let("root2", root2(state));
    Expr rights = code.let("rights", constant("RIGHTS", RIGHTS));
    if (direct != null) {
      code.when(common.root(root2).negated(), () -> code.set(rights, constant(0)));
    }
    BatchLoop loop = new BatchLoop(code, lanes, results, start, end);
    switch (mode) {
      case NO_PAGING -> writeUnpaged(loop, gvas, rights);
      case PAE -> writePdptes(loop, gvas, vcpu, rights);
      default -> writeRootTable(loop, gvas, state, rights);
    }
    int first = hasRoot() ? mode.topLevelInMemory() - 1 : mode.topLevelInMemory();
    for (int number = first; number >= 1 && mode != PagingMode.NO_PAGING; number--) {
      PagingLevel level = mode.level(number);
      code.run(
          Expr.call(
              parts.stage2().owner(),
              "placeTables",
              "(J[J[JII)V",
              root2,
              lanes,
              results,
              start,
              end));
      loop.each(
          "i" + number,
          lane -> {
            Expr gva = code.let("gva", Expr.element(gvas, lane.i()));
            Expr word = code.let("word", Expr.element(results, lane.i()));
            readGuest(loop, lane, level, gva, word, Expr.element(lanes, lane.lane()));
          });
    }
    stage2.writePages(loop, root2);
    loop.each("j", lane -> finish(loop, lane, vcpu, access));
    code.retVoid();
  }

  /** Without paging, the word is the address of the page. */
  private void writeUnpaged(BatchLoop loop, Expr gvas, Expr rights) {
    loop.each(
        "i",
        lane -> {
          Expr gva = Expr.element(gvas, lane.i());
          Expr page = Expr.and(gva, constant("FRAME_32", EntryBits.FRAME_32));
          loop.code().setElement(loop.results(), lane.i(), Expr.or(page, rights));
        });
  }

  /** What is reserved in the registers was refused when they were loaded. */
  private void writePdptes(BatchLoop loop, Expr gvas, Expr vcpu, Expr rights) {
    loop.each(
        "i3",
        lane -> {
          Expr gva = loop.code().let("gva", Expr.element(gvas, lane.i()));
          Expr pdpte = loop.code().let("pdpte", VcpuFields.pdpte(vcpu, gva));
          Expr word = loop.code().let("word", Expr.or(entries.table(pdpte), rights));
          Comparison present = new Comparison(pdpte, EntryBits.P | parts.tooWide(), EntryBits.P);
          loop.code().when(present.negated(), () -> loop.code().set(word, constant(0)));
          loop.code().setElement(loop.results(), lane.i(), word);
        });
  }

  private void writeRootTable(BatchLoop loop, Expr gvas, Expr state, Expr rights) {
    Code code = loop.code();
    Expr root =
        code.let("root", Expr.call(parts.stage2().owner(), "placeRoot", "(" + STATE + ")J", state));
    code.when(
        Cond.less(root, constant(0)),
        () -> {
          code.set(rights, constant(0));
          code.set(root, constant(0));
        });
    PagingLevel level = mode.level(mode.topLevelInMemory());
    loop.each(
        "i" + level.number(),
        lane -> {
          Expr gva = code.let("gva", Expr.element(gvas, lane.i()));
          Expr word = code.let("word", rights);
          if (mode.isLongMode()) {
            code.when(Cond.isNotZero(entries.nonCanonical(gva)), () -> code.set(word, constant(0)));
          }
          readGuest(loop, lane, level, gva, word, root);
        });
  }

  /** Reads the guest's entry of a level in the table at {@code table}. */
  private void readGuest(
      BatchLoop loop, BatchLoop.Lane lane, PagingLevel level, Expr gva, Expr word, Expr table) {
    Code code = loop.code();
    Expr read = common.read(parts.guestSlots(), table, entries.byteIndex(level, gva));
    Expr entry = code.let(EntryFormat.name(level), read);
    boolean wide = mode.entryBytes() == Long.BYTES;
    Expr allowed = Expr.or(word, constant("~RIGHTS", ~RIGHTS));
    code.set(
        word, Expr.and(entry, wide ? allowed : Expr.and(allowed, constant("ENTRY", 0xFFFF_FFFFL))));
    Comparison expected =
        level.leafRule() == LeafRule.ALWAYS
            ? new Comparison(
                entry,
                (entries.rareInLeaf(level) & ~parts.permissions().alwaysZero()) | parts.tooWide(),
                0)
            : parts.pointsToTable(entry, wide);
    deviateIf(code, expected, word);
    code.setElement(loop.results(), lane.i(), word);
  }

  private static void deviateIf(Code code, Comparison expected, Expr word) {
    if (expected.mask() != 0) {
      code.when(expected.negated(), () -> code.set(word, constant(0)));
    }
  }

  /** {@code results[i] = the result, or 0 if the walk must be made by itself}. */
  private void finish(BatchLoop loop, BatchLoop.Lane lane, Expr vcpu, Expr access) {
    Code code = loop.code();
    PermissionFields permissions = parts.permissions();
    Stage2Results results = parts.stage2().results();
    Expr word = code.let("word", Expr.element(loop.results(), lane.i()));
    Expr leaf2 = code.let("leaf2", stage2.leaf(loop, lane));
    Expr unplaced = code.let("unplaced", unplaced(word));
    Expr wrong =
        Expr.or(
            common.wrongType(leaf2),
            parts.stage2().differs(leaf2, access, Access.LIMIT, parts.rowsOfStage2()));
    wrong =
        Expr.or(
            wrong,
            mode == PagingMode.NO_PAGING
                ? Expr.xor(Expr.and(word, EntryFormat.present()), EntryFormat.present())
                : permissions.differs(unplaced, access));
    Expr frame = code.let("frame", Expr.and(leaf2, constant("FRAME", EntryBits.FRAME)));
    Expr kept = code.let("kept", Expr.and(unplaced, constant("~FRAME", ~EntryBits.FRAME)));
    if (stage2.mapsLargePages()) {
      code.when(stage2.isLarge(leaf2), () -> largePage(code, word, leaf2, frame, kept));
    }
    SlotFlags.add(code, parts.stage2().slots(), parts.stage2().plan(), frame);
    Expr result = code.let("result", Expr.or(Expr.or(kept, frame), results.rightsInNested(leaf2)));
    if (parts.stage2().entries().haveTwoExecuteRights()) {
      Expr found = code.let("found", results.rights(leaf2, leaf2));
      code.when(
          parts.isUsers(unplaced, access),
          () -> code.set(result, Expr.xor(result, Stage2Results.differenceOfUser(found))));
    }
    Runnable redo = () -> code.set(result, constant(0));
    code.when(Cond.isNotZero(wrong), redo);
    if (permissions.keysIgnoreLeaf()) {
      code.when(Cond.isZero(Expr.and(unplaced, constant("U", EntryBits.U))), redo);
    }
    for (Cond denied : permissions.keyDenies(vcpu, unplaced, unplaced, access)) {
      code.when(denied, redo);
    }
    code.setElement(loop.results(), lane.i(), result);
  }

  /** Where in a large page the 4 KiB are, and that it is large. */
  private void largePage(Code code, Expr word, Expr leaf2, Expr frame, Expr kept) {
    code.set(frame, stage2.inLarge(leaf2, word));
    long level2 = NestedResult.stage2Bits(Stage2Result.levelBits(2), false);
    code.set(kept, Expr.or(kept, constant("STAGE2_LEVEL2", level2)));
  }

  /** The guest's result, but for where the page is. */
  private Expr unplaced(Expr word) {
    PermissionFields permissions = parts.permissions();
    return mode == PagingMode.NO_PAGING
        ? ResultFormat.unpaged()
        : parts
            .results()
            .common(
                mode.level(1), word, null, null, permissions.alwaysOne(), permissions.alwaysZero());
  }
}
