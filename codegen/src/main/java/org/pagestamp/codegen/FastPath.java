package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;
import static org.pagestamp.codegen.Expr.intConstant;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.LeafRule;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;

/**
 * The method {@code walk}: a straight line for accesses that succeed and find all accessed and
 * dirty bits set. Whatever deviates goes to {@code exact}, which starts over and finds out what it
 * is.
 *
 * <p>Entries are judged once, all together, by the {@link LeafMethods}. Until then addresses come
 * from entries that nobody has validated; that is harmless, since each is tested against the slots
 * before it is used, and slots are memory. The same test refuses the reserved bits above the
 * physical-address width, as no slot lies there. Only slots behind an accessor, whose reads may
 * have effects, make every entry be validated before it is followed.
 *
 * <p>What is not needed for the descent is in methods of its own: C2 inlines a method of up to 325
 * bytes of bytecode where it is hot, and a walker that is not inlined costs its caller a third
 * more.
 */
final class FastPath extends WalkMethod {
  private final LeafMethods leaves;
  private final Expr exact;

  FastPath(WalkerParts parts, LeafMethods leaves, Code code, Expr... parameters) {
    super(parts, code, parameters);
    this.leaves = leaves;
    this.exact = parts.callExact(vcpu, gva, access);
  }

  @Override
  void write() {
    code.returnIf(
        Cond.notBelow(access, intConstant(Access.LIMIT).printedAs("ACCESS_LIMIT")), exact);
    if (mode.isLongMode()) {
      code.returnIf(Cond.isNotZero(entries.nonCanonical(gva)), exact);
    }
    Expr table = entries.root(VcpuFields.cr3(vcpu));
    if (mode == PagingMode.PAE) {
      Expr pdpte = code.let("pdpte", VcpuFields.pdpte(vcpu, gva));
      code.returnIf(Cond.isZero(Expr.and(pdpte, EntryFormat.present())), exact);
      table = entries.table(pdpte);
    }
    descend(mode.level(mode.topLevelInMemory()), table, List.of());
  }

  /** Reads the entry of {@code level} and goes on below. */
  private void descend(PagingLevel level, Expr table, List<Expr> above) {
    Expr entry =
        code.let(
            EntryFormat.name(level), slots.entry(Expr.plus(table, entries.byteIndex(level, gva))));
    List<Expr> read = new ArrayList<>(above);
    read.addFirst(entry);
    Expr leaf = leaves.call(level, vcpu, gva, access, read);
    if (level.leafRule() == LeafRule.ALWAYS) {
      code.ret(leaf);
      return;
    }
    if (level.hasPageSizeBit(role)) {
      code.returnIf(Cond.isNotZero(Expr.and(entry, EntryFormat.pageSize())), leaf);
    }
    validate(level, entry);
    descend(mode.level(level.number() - 1), entries.tableOrBeyond(entry, plan), read);
  }

  /** Checks what the leaf's method cannot, or everything if reads of slots may have effects. */
  private void validate(PagingLevel level, Expr entry) {
    if (plan.hasAccessors()) {
      long cared = EntryBits.P | entries.reservedInTable(level);
      Expr valid = Expr.and(entry, constant(cared));
      code.returnIf(Cond.notEqual(valid, EntryFormat.present()), exact);
      return;
    }
    long own = entries.reservedInTable(level) & ~entries.refusedBySlots(plan) & ~EntryBits.NX;
    if (own != 0) {
      code.returnIf(Cond.isNotZero(Expr.and(entry, constant(own))), exact);
    }
  }
}
