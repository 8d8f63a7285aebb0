package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;
import static org.pagestamp.codegen.Expr.intConstant;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.LeafRule;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.ReservedBits;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.PdpteAccess;
import org.pagestamp.nested.TableAccess;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/**
 * A walk in two dimensions that succeeds and finds all accessed and dirty bits set, as {@link
 * FastPath} in one: both dimensions unrolled, in one method, and judged at the end. Whatever
 * deviates goes to {@code exact}, which starts over.
 */
final class NestedFastPath {
  private final NestedParts parts;
  private final NestedRole choices;
  private final Role role;
  private final PagingMode mode;
  private final EntryFormat entries;
  private final PermissionFields permissions;
  private final DirectReads direct;
  private final Code code;
  private final Expr state;
  private final Expr gva;
  private final Expr access;
  private final Expr exact;

  private Expr vcpu;
  private Stage2Descent stage2;

  /** The guest's result, but for where the page is; and its entries above the leaf ORed. */
  private Expr unplaced;

  private Expr above;

  NestedFastPath(NestedParts parts, DirectReads direct, Code code, Expr... parameters) {
    this.parts = parts;
    this.choices = parts.choices();
    this.role = choices.guest();
    this.mode = role.mode();
    this.entries = parts.entries();
    this.permissions = parts.permissions();
    this.direct = direct;
    this.code = code;
    this.state = parameters[0];
    this.gva = parameters[1];
    this.access = parameters[2];
    this.exact = parts.call("exact", parameters);
  }

  void write() {
    code.returnIf(
        Cond.notBelow(access, intConstant(Access.LIMIT).printedAs("ACCESS_LIMIT")), exact);
    if (mode.isLongMode()) {
      code.returnIf(Cond.isNotZero(entries.nonCanonical(gva)), exact);
    }
    vcpu = code.let("vcpu", NestedFields.guest(state));
    stage2 =
        new Stage2Descent(
            parts.stage2(), direct, code, NestedFields.root(NestedFields.stage2(state)), exact);
    unplaced = code.let("unplaced", constant("UNPAGED", unpaged()));
    if (mode != PagingMode.NO_PAGING) {
      above = code.let("above", constant(0));
      throughTables();
    }
    Expr frame = mode == PagingMode.NO_PAGING ? gva : unplaced;
    Expr gpa = code.let("gpa", Expr.and(frame, constant("FRAME", frameMask())));
    stage2.page(gpa);
    finish(gpa);
  }

  private static long unpaged() {
    return WalkResult.levelBits(0)
        | EntryBits.P
        | EntryBits.W
        | EntryBits.U
        | EntryBits.A
        | EntryBits.D;
  }

  private long frameMask() {
    return mode == PagingMode.NO_PAGING ? EntryBits.FRAME_32 : EntryBits.FRAME;
  }

  private boolean readsPdptes() {
    return mode == PagingMode.PAE && choices.pdpteAccess() == PdpteAccess.IN_WALK;
  }

  private void throughTables() {
    Expr root;
    if (mode == PagingMode.PAE && !readsPdptes()) {
      Expr pdpte = code.let("pdpte", VcpuFields.pdpte(vcpu, gva));
      code.returnIf(Cond.isZero(Expr.and(pdpte, EntryFormat.present())), exact);
      root = code.let("root", entries.table(pdpte));
    } else {
      root = code.let("root", entries.root(VcpuFields.cr3(vcpu)));
    }
    refuse(root, tooWide());
    if (readsPdptes()) {
      root = pdpteInMemory(root);
    }
    descend(mode.level(mode.topLevelInMemory()), root, List.of());
  }

  /** A PDPTE has neither rights nor bits to set. */
  private Expr pdpteInMemory(Expr root) {
    PagingLevel level = mode.level(3);
    Expr pdpte = code.let("pdpte", entry(level, root, mode.rootMask() & ~EntryBits.FRAME));
    code.returnIf(Cond.isZero(Expr.and(pdpte, EntryFormat.present())), exact);
    long reserved = ReservedBits.mask(role, level, false) | ReservedBits.mask(role, level, true);
    refuse(pdpte, reserved | tooWide());
    return code.let("pd", entries.table(pdpte));
  }

  /**
   * The entry of {@code level} for {@code gva}, its table being looked for through stage 2.
   *
   * @param low the bits of {@code table} below a page
   */
  private Expr entry(PagingLevel level, Expr table, long low) {
    Expr found = stage2.table(EntryFormat.name(level), table, low);
    return stage2.read(parts.guestSlots(), found, entries.byteIndex(level, gva));
  }

  /** Reads the entry of {@code level} and goes on below; {@code read} has the lowest first. */
  private void descend(PagingLevel level, Expr table, List<Expr> read) {
    Expr entry = code.let(EntryFormat.name(level), entry(level, table, 0));
    if (level.leafRule() == LeafRule.ALWAYS) {
      leaf(level, entry, read);
    } else if (level.hasPageSizeBit(role)) {
      code.choose(
          entries.isLarge(entry), () -> leaf(level, entry, read), () -> next(level, entry, read));
    } else {
      next(level, entry, read);
    }
  }

  private void next(PagingLevel level, Expr entry, List<Expr> read) {
    List<Expr> entriesSoFar = new ArrayList<>(read);
    entriesSoFar.addFirst(entry);
    Expr table = code.let(EntryFormat.name(level) + "Table", entries.table(entry));
    descend(mode.level(level.number() - 1), table, entriesSoFar);
  }

  private void leaf(PagingLevel level, Expr entry, List<Expr> upper) {
    refuse(entry, (entries.rareInLeaf(level) & ~permissions.alwaysZero()) | tooWide());
    Expr and = upper.stream().reduce((below, higher) -> Expr.and(higher, below)).orElse(null);
    upper.stream()
        .reduce((below, higher) -> Expr.or(higher, below))
        .ifPresent(or -> code.set(above, or));
    code.set(
        unplaced,
        parts
            .results()
            .common(level, entry, and, gva, permissions.alwaysOne(), permissions.alwaysZero()));
  }

  private void refuse(Expr value, long bits) {
    if (bits != 0) {
      code.returnIf(Cond.isNotZero(Expr.and(value, constant(bits))), exact);
    }
  }

  /** Bits of a guest-physical address that stage 2 has no level for. */
  private long tooWide() {
    return parts.stage2().entries().beyond() & mode.tableMask();
  }

  private boolean writesTables() {
    return choices.tableAccess() == TableAccess.WRITE;
  }

  /** Judges all entries, and packs the result. */
  private void finish(Expr gpa) {
    if (direct != null) {
      code.returnIf(stage2.strays(), parts.call("search", state, gva, access));
    }
    Expr word = code.let("word", stage2.word());
    Expr wrong = Expr.or(stage2.wrongAbove(), stage2.wrongInLeaf());
    wrong =
        Expr.or(wrong, parts.stage2().differs(word, access, Access.LIMIT, parts.rowsOfStage2()));
    if (mode != PagingMode.NO_PAGING) {
      wrong = Expr.or(wrong, wrongInGuest());
    }
    code.returnIf(Cond.isNotZero(wrong), exact);
    for (Cond denies : permissions.keyDenies(vcpu, unplaced, unplaced, access)) {
      code.returnIf(denies, exact);
    }
    pack(gpa, word);
  }

  private Expr wrongInGuest() {
    if (mode.entryBytes() == Long.BYTES && role.nxe()) {
      code.set(unplaced, Expr.or(unplaced, Expr.and(above, constant("NX", EntryBits.NX))));
    }
    long reserved = mode.entryBytes() == Long.BYTES ? -1L : EntryBits.FRAME_32 | 0xFFF;
    reserved &= parts.reservedAbove() | tooWide();
    Expr guest =
        Expr.or(permissions.differs(unplaced, access), Expr.and(above, constant(reserved)));
    return Expr.or(guest, stage2.wrongInTables(writesTables()));
  }

  private void pack(Expr gpa, Expr word) {
    Stage2Results results = parts.stage2().results();
    Expr leaf = stage2.leaf();
    Expr frame =
        code.let("frame", Expr.and(stage2.pageAndLevel(), constant("FRAME", EntryBits.FRAME)));
    SlotFlags.add(code, parts.stage2().slots(), parts.stage2().plan(), frame);
    Expr rights = Expr.or(results.rights(word, leaf), results.withheld(leaf));
    Expr found = code.let("found", Expr.or(Expr.or(stage2.pageAndLevel(), frame), rights));
    Expr offset = Expr.and(gva, constant(0xFFF));
    code.run(NestedFields.page(state, Expr.or(gpa, offset), found));
    Expr kept = Expr.and(unplaced, constant("~FRAME", ~EntryBits.FRAME));
    Expr result = code.let("result", Expr.or(Expr.or(kept, frame), Stage2Results.inNested(found)));
    if (parts.stage2().entries().haveTwoExecuteRights()) {
      code.when(
          isUsersFetch(),
          () -> code.set(result, Expr.xor(result, Stage2Results.differenceOfUser(found))));
    }
    code.ret(result);
  }

  private Cond isUsersFetch() {
    return parts.stage2().format().modeOfPage()
        ? Cond.isNotZero(Expr.and(unplaced, constant("U", EntryBits.U)))
        : Cond.isNotZero(Expr.intAnd(access, intConstant(Access.USER).printedAs("USER")));
  }
}
