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
 * A method for accesses that succeed and find all accessed and dirty bits set: a straight line from
 * the root to the leaf. Whatever deviates goes to another method, which starts over and finds out
 * what it is.
 *
 * <p>Entries are judged once, all together, by the {@link LeafMethods}. Until then addresses come
 * from entries that nobody has validated; that is harmless, since none can lead out of the slots,
 * and slots are memory. Only slots behind an accessor, whose reads may have effects, make every
 * entry be validated before it is followed.
 *
 * <p>A class has this once or twice: {@code walk} with {@link DirectReads} where they apply, and
 * otherwise, or as what a direct walk falls back to under the name {@code search}, with a search of
 * the slots at each level.
 *
 * <p>What is not needed for the descent is in methods of its own: C2 inlines a method of up to 325
 * bytes of bytecode where it is hot, and a walker that is not inlined costs its caller a third
 * more.
 */
final class FastPath extends WalkMethod {
  private final WalkerParts parts;
  private final LeafMethods leaves;
  private final DirectReads direct;
  private final Expr exact;

  /**
   * For one of the two methods.
   *
   * @param direct how to read without a search, or null to search
   */
  FastPath(
      WalkerParts parts, LeafMethods leaves, DirectReads direct, Code code, Expr... parameters) {
    super(parts, code, parameters);
    this.parts = parts;
    this.leaves = leaves;
    this.direct = direct;
    this.exact = parts.callExact(vcpu, gva, access);
  }

  @Override
  void write() {
    code.returnIf(
        Cond.notBelow(access, intConstant(Access.LIMIT).printedAs("ACCESS_LIMIT")), exact);
    if (mode.isLongMode()) {
      code.returnIf(Cond.isNotZero(entries.rotatedNonCanonical(gva)), exact);
    }
    Expr root;
    long present = 0;
    if (role.readsPdptes()) {
      root = code.let("root", entries.table(pdpteInMemory()));
    } else if (mode == PagingMode.PAE) {
      root = code.let("pdpte", VcpuFields.pdpte(vcpu, gva));
      present = EntryBits.P;
    } else {
      root = code.let("root", entries.root(VcpuFields.cr3(vcpu)));
    }
    if (direct != null) {
      // P of a PDPTE, which CR3 has not, in the same test.
      Comparison isDirect = direct.isIn(root).and(present, present);
      code.returnIf(isDirect.negated(), parts.callSearch(vcpu, gva, access));
    } else if (present != 0) {
      code.returnIf(Cond.isZero(Expr.and(root, EntryFormat.present())), exact);
      root = code.let("root", entries.table(root));
    }
    descend(mode.level(mode.topLevelInMemory()), root, List.of());
  }

  /** A PDPTE, which has no rights, but A. */
  private Expr pdpteInMemory() {
    PagingLevel level = mode.level(3);
    Expr table = entries.root(VcpuFields.cr3(vcpu));
    Expr pdpte = code.let("pdpte", slots.entry(table, entries.byteIndex(level, gva)));
    long one = parts.permissions().alwaysOne() & (EntryBits.P | EntryBits.A);
    Expr cared = Expr.and(pdpte, constant(one | entries.reservedInTable(level)));
    code.returnIf(Cond.notEqual(cared, constant(one)), exact);
    return pdpte;
  }

  /**
   * Reads the entry of {@code level} and goes on below.
   *
   * @param above the root or the entry that points to the table
   * @param read the entries above, the lowest first
   */
  private void descend(PagingLevel level, Expr above, List<Expr> read) {
    Expr entry = code.let(EntryFormat.name(level), entry(level, above));
    List<Expr> entriesSoFar = new ArrayList<>(read);
    entriesSoFar.addFirst(entry);
    Expr leaf = leaves.call(level, direct != null, vcpu, gva, access, entriesSoFar);
    if (level.leafRule() == LeafRule.ALWAYS) {
      code.ret(leaf);
      return;
    }
    if (level.hasPageSizeBit(role)) {
      code.returnIf(entries.isLarge(entry), leaf);
    }
    if (plan.hasAccessors()) {
      long cared = EntryBits.P | entries.reservedInTable(level);
      Expr valid = Expr.and(entry, constant(cared));
      code.returnIf(Cond.notEqual(valid, EntryFormat.present()), exact);
    }
    descend(mode.level(level.number() - 1), entry, entriesSoFar);
  }

  private Expr entry(PagingLevel level, Expr above) {
    Expr index = entries.rotatedIndex(level, gva);
    boolean isRoot = level.number() == mode.topLevelInMemory();
    if (direct != null && (isRoot || direct.coversAllLevels())) {
      return direct.entry(slots, above, index);
    }
    return slots.entry(isRoot ? above : entries.tableOrBeyond(above, plan), index);
  }
}
