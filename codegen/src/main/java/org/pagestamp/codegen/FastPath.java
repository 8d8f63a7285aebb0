package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;
import static org.pagestamp.codegen.Expr.intConstant;

import java.util.List;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.LeafRule;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;

/**
 * The method {@code walk}: a straight line for accesses that succeed and find all accessed and
 * dirty bits set. Whatever deviates goes to {@code exact}, which starts over and finds out what it
 * is.
 *
 * <p>Entries are combined as they are read and judged once, at the leaf. Until then addresses come
 * from entries that nobody has validated; that is harmless, since each is tested against the slots
 * before it is used, and slots are memory. Only slots behind an accessor, whose reads may have
 * effects, make every entry be validated before it is followed.
 */
final class FastPath {
  private final Role role;
  private final PagingMode mode;
  private final SlotPlan plan;
  private final EntryFormat entries;
  private final ResultFormat results;
  private final SlotMethods slots;
  private final PermissionFields permissions;
  private final Expr exact;
  private final Code code;
  private final Expr vcpu;
  private final Expr gva;
  private final Expr access;

  FastPath(WalkerParts parts, Code code, Expr vcpu, Expr gva, Expr access) {
    this.role = parts.role();
    this.mode = role.mode();
    this.plan = parts.plan();
    this.entries = parts.entries();
    this.results = parts.results();
    this.slots = parts.slots();
    this.permissions = parts.permissions();
    this.exact = parts.callExact(vcpu, gva, access);
    this.code = code;
    this.vcpu = vcpu;
    this.gva = gva;
    this.access = access;
  }

  void write() {
    code.returnIf(
        Cond.notBelow(access, intConstant(Access.LIMIT).printedAs("ACCESS_LIMIT")), exact);
    if (mode.isLongMode()) {
      code.returnIf(Cond.notEqual(entries.canonical(gva), gva), exact);
    }
    Expr table = entries.root(VcpuFields.cr3(vcpu));
    if (mode == PagingMode.PAE) {
      Expr pdpte = code.let("pdpte", VcpuFields.pdpte(vcpu, gva));
      code.returnIf(Cond.isZero(Expr.and(pdpte, EntryFormat.present())), exact);
      table = entries.table(pdpte);
    }
    descend(mode.level(mode.topLevelInMemory()), table, null, null);
  }

  /** Reads the entry of {@code level} and goes on below; and, or combine the entries above. */
  private void descend(PagingLevel level, Expr table, Expr and, Expr or) {
    String name = EntryFormat.name(level);
    Expr entry = readEntry(level, table);
    if (level.hasPageSizeBit(role)) {
      Cond isPage = Cond.isNotZero(Expr.and(entry, EntryFormat.pageSize()));
      code.when(isPage, () -> finish(level, entry, and, or));
    }
    if (level.leafRule() == LeafRule.ALWAYS) {
      finish(level, entry, and, or);
      return;
    }
    if (plan.hasAccessors()) {
      validate(level, entry);
    }
    PagingLevel below = mode.level(level.number() - 1);
    descend(
        below,
        entries.table(entry),
        and == null ? entry : code.let("and_" + name, Expr.and(and, entry)),
        or == null ? entry : code.let("or_" + name, Expr.or(or, entry)));
  }

  private Expr readEntry(PagingLevel level, Expr table) {
    String name = EntryFormat.name(level);
    Expr inTable = entries.byteIndex(level, gva);
    Expr offset = code.let(name + "Offset", Expr.plus(table, slots.likelyOffset(inTable)));
    Cond inLikely = Cond.below(offset, slots.likelyLimit());
    if (plan.count() == 1) {
      code.returnIf(Cond.notBelow(offset, slots.likelyLimit()), exact);
      return code.let(name, slots.readLikely(offset));
    }
    Expr entry = code.declare(name, Expr.LONG);
    code.choose(
        inLikely,
        () -> code.set(entry, slots.readLikely(offset)),
        () -> code.set(entry, slots.entry(slots.gpaOfLikely(offset))));
    return entry;
  }

  private void validate(PagingLevel level, Expr entry) {
    long cared = EntryBits.P | entries.reservedInTable(level);
    Expr valid = Expr.and(entry, constant(cared));
    code.returnIf(Cond.notEqual(valid, EntryFormat.present()), exact);
  }

  /** Judges all entries at once and returns the result. */
  private void finish(PagingLevel level, Expr leaf, Expr and, Expr or) {
    Expr row = code.let("row", permissions.row(access));
    code.returnIf(Cond.isNotZero(wrong(level, leaf, and, or, row)), exact);
    Expr allowed = and == null ? leaf : Expr.and(and, leaf);
    permissions.keyDenies(vcpu, leaf, allowed, row).forEach(cond -> code.returnIf(cond, exact));
    Expr result = code.let("result", results.success(level, leaf, and, or, gva));
    SlotFlags.add(code, slots, plan, result);
    code.ret(result);
  }

  private Expr wrong(PagingLevel level, Expr leaf, Expr and, Expr or, Expr row) {
    Expr all = leaf;
    if (and != null) {
      all = Expr.and(Expr.or(and, constant("D", EntryBits.D)), leaf); // D counts in the leaf only
    }
    Expr wrong = permissions.differs(all, row);
    if (permissions.knowsZeroBits()) {
      Expr any = or == null ? leaf : Expr.or(or, leaf);
      wrong = Expr.or(wrong, permissions.mustBeZero(any, row));
    }
    long inLeaf = entries.reservedInLeaf(level) & ~entries.reservedInAll();
    if (inLeaf != 0) {
      wrong = Expr.or(wrong, Expr.and(leaf, constant(inLeaf)));
    }
    return or == null ? wrong : Expr.or(wrong, reservedAbove(level, or));
  }

  /** Bits reserved in some of the entries above {@code leafLevel}, beyond those of all entries. */
  private Expr reservedAbove(PagingLevel leafLevel, Expr or) {
    long common = -1L;
    for (PagingLevel level : above(leafLevel)) {
      // Where bit 7 would have made a page, the path has seen that it is clear.
      long knownZero = level.hasPageSizeBit(role) ? EntryBits.PS : 0;
      common &= reservedBeyondAll(level) | knownZero;
    }
    Expr wrong = Expr.and(or, constant(common));
    if (common == 0) {
      wrong = constant(0);
    }
    for (PagingLevel level : above(leafLevel)) {
      long own = reservedBeyondAll(level) & ~common;
      if (own != 0) {
        Expr entry = code.named(EntryFormat.name(level));
        wrong = Expr.or(wrong, Expr.and(entry, constant(own)));
      }
    }
    return wrong;
  }

  private List<PagingLevel> above(PagingLevel leafLevel) {
    return mode.levels().stream()
        .filter(level -> level.number() > leafLevel.number())
        .filter(level -> level.number() <= mode.topLevelInMemory())
        .toList();
  }

  private long reservedBeyondAll(PagingLevel level) {
    return entries.reservedInTable(level) & ~entries.reservedInAll();
  }
}
