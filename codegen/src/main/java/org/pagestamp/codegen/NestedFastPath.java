package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;
import static org.pagestamp.codegen.Expr.intConstant;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.LeafRule;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.ReservedBits;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.PdpteAccess;
import org.pagestamp.walk.Access;

/**
 * A walk in two dimensions that succeeds and finds all accessed and dirty bits set, as {@link
 * FastPath} in one: both dimensions unrolled, in one method. Entries that point to tables are
 * judged where they are read, see {@link Stage2Descent}, and the rights to the page at the end.
 * What deviates starts over: in {@code search} if another way to read may help, else in {@code
 * exact}.
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

  /** What to return where an entry is not common. */
  private final Expr elsewhere;

  private Expr vcpu;
  private Stage2Descent stage2;

  /** The guest's result, but for where the page is. */
  private Expr unplaced;

  /** Has the bits of the page's address, and others. */
  private Expr page;

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
    this.elsewhere = direct == null ? exact : parts.call("search", parameters);
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
            parts.stage2(), direct, code, NestedFields.root(NestedFields.stage2(state)), elsewhere);
    if (mode == PagingMode.NO_PAGING) {
      unplaced = code.let("unplaced", ResultFormat.unpaged());
      page = code.let("page", Expr.and(gva, constant("FRAME_32", EntryBits.FRAME_32)));
    } else {
      unplaced = code.let("unplaced", constant(0));
      page = code.let("page", constant(0));
      throughTables();
    }
    stage2.pageIn(page);
    finish();
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
      refuse(root, parts.tooWide());
    } else {
      root = cr3();
    }
    if (readsPdptes()) {
      root = pdpteInMemory(root);
    }
    descend(mode.level(mode.topLevelInMemory()), root, null, null);
  }

  /** Where the root is; in strict walks with other bits, of which none counts. */
  private Expr cr3() {
    Expr cr3 = VcpuFields.cr3(vcpu);
    if (!strict() || mode == PagingMode.PAE) {
      Expr root = code.let("root", entries.root(cr3));
      refuse(root, parts.tooWide());
      return root;
    }
    Expr root = code.let("root", cr3);
    int width = Math.min(parts.stage2().format().gpaBits(), 52);
    code.returnIf(Cond.isNotZero(Expr.shiftRight(root, width)), elsewhere);
    return root;
  }

  /** A PDPTE has no rights, and bits to set only where walks of one dimension read it as well. */
  private Expr pdpteInMemory(Expr root) {
    PagingLevel level = mode.level(3);
    Expr pdpte = code.let("pdpte", entry(level, root, mode.rootMask() & ~EntryBits.FRAME));
    long one = EntryBits.P | (role.readsPdptes() ? permissions.alwaysOne() & EntryBits.A : 0);
    code.returnIf(new Comparison(pdpte, one, one).negated(), exact);
    long reserved = ReservedBits.mask(role, level, false) | ReservedBits.mask(role, level, true);
    refuse(pdpte, reserved | parts.tooWide());
    return code.let("pd", entries.table(pdpte));
  }

  /**
   * The entry of {@code level} for {@code gva}, its table being looked for through stage 2.
   *
   * @param table has the bits of the table's address, and others
   * @param low the bits of that address below a page
   */
  private Expr entry(PagingLevel level, Expr table, long low) {
    Expr found = stage2.table(EntryFormat.name(level), table, low, parts.writesTables());
    return stage2.read(parts.guestSlots(), found, entries.byteIndex(level, gva));
  }

  /**
   * Reads the entry of {@code level} and goes on below.
   *
   * @param and the entries above ANDed; null if there are none
   * @param or the entries above ORed; null if there are none, or none of them can have NX
   */
  private void descend(PagingLevel level, Expr table, Expr and, Expr or) {
    String name = EntryFormat.name(level);
    Expr entry = code.let(name, entry(level, table, 0));
    if (level.leafRule() == LeafRule.ALWAYS) {
      leaf(level, entry, and, or);
      return;
    }
    code.choose(
        parts.pointsToTable(entry, strict()).holds(),
        () ->
            descend(
                mode.level(level.number() - 1),
                address(name, entry),
                and == null ? entry : code.let(name + "And", Expr.and(and, entry)),
                strict() ? null : or == null ? entry : code.let(name + "Or", Expr.or(or, entry))),
        () -> {
          if (level.hasPageSizeBit(role)) {
            Expr large = Expr.and(entry, EntryFormat.pageSize());
            code.returnIf(Cond.isZero(large), elsewhere);
            leaf(level, entry, and, or);
          } else {
            code.ret(elsewhere);
          }
        });
  }

  /** Has the bits of the address in an entry; one of 4 bytes is without its sign extension. */
  private Expr address(String name, Expr entry) {
    return mode.entryBytes() == Long.BYTES ? entry : code.let(name + "Table", entries.table(entry));
  }

  /** Whether NX and bits that are ignored and seldom set must be clear. */
  private boolean strict() {
    return direct != null && mode.entryBytes() == Long.BYTES;
  }

  private void leaf(PagingLevel level, Expr entry, Expr and, Expr or) {
    refuse(entry, (entries.rareInLeaf(level) & ~permissions.alwaysZero()) | parts.tooWide());
    code.set(
        unplaced,
        parts
            .results()
            .common(level, entry, and, gva, permissions.alwaysOne(), permissions.alwaysZero()));
    boolean wide = mode.entryBytes() == Long.BYTES;
    code.set(page, level.number() == 1 && wide ? entry : unplaced);
    if (or != null && role.nxe()) {
      code.set(unplaced, Expr.or(unplaced, Expr.and(or, constant("NX", EntryBits.NX))));
    }
  }

  private void refuse(Expr value, long bits) {
    if (bits != 0) {
      code.returnIf(Cond.isNotZero(Expr.and(value, constant(bits))), exact);
    }
  }

  /** Judges all entries, and packs the result. */
  private void finish() {
    Expr word = stage2.word();
    Expr differs = parts.stage2().differs(word, access, Access.LIMIT, parts.rowsOfStage2());
    Expr wrong = Expr.or(stage2.wrongType(), differs);
    if (mode != PagingMode.NO_PAGING) {
      wrong = Expr.or(wrong, permissions.differs(unplaced, access));
    }
    code.returnIf(Cond.isNotZero(wrong), exact);
    if (permissions.keysIgnoreLeaf()) {
      code.returnIf(Cond.isZero(Expr.and(unplaced, constant("U", EntryBits.U))), exact);
    }
    for (Cond denies : permissions.keyDenies(vcpu, unplaced, unplaced, access)) {
      code.returnIf(denies, exact);
    }
    pack(word);
  }

  private void pack(Expr word) {
    Stage2Results results = parts.stage2().results();
    Expr placed = stage2.addSlotFlags();
    Expr frame =
        mode == PagingMode.NO_PAGING
            ? page
            : Expr.and(unplaced, constant("FRAME", EntryBits.FRAME));
    Expr gpa = Expr.or(frame, Expr.and(gva, constant(0xFFF)));
    code.run(NestedFields.page(state, gpa, word, Expr.or(placed, stage2.ofLevel())));
    code.run(NestedFields.packer(state));
    Expr kept = Expr.and(unplaced, constant("~FRAME", ~EntryBits.FRAME));
    Expr inNested =
        Expr.or(results.rightsInNested(word), Stage2Results.levelInNested(stage2.ofLevel()));
    Expr result = code.let("result", Expr.or(Expr.or(kept, placed), inNested));
    if (parts.stage2().entries().haveTwoExecuteRights()) {
      code.when(
          parts.isUsers(unplaced, access),
          () -> {
            Expr found = code.let("found", results.rights(word, word));
            code.set(result, Expr.xor(result, Stage2Results.differenceOfUser(found)));
          });
    }
    code.ret(result);
  }
}
