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
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/**
 * The method {@code exact}: every check in its place, the exact fault, and, where its parameter
 * {@code stores} is true and the virtual CPU no observer, the accessed and dirty bits. The order is
 * KVM's {@code walk_addr_generic}, unrolled.
 */
final class ExactPath extends WalkMethod {
  private static final String ACCESS = "org/pagestamp/walk/Access";

  private final ResultFormat results;
  private final PermissionFields permissions;

  /** Null in a class that does not store. */
  private final Expr stores;

  private GuestFaults faults;

  /** An entry as it was read: its place is needed again for its accessed bit. */
  private record Read(PagingLevel level, Expr gpa, Expr slot, Expr entry) {}

  /** The parameters are those of a walk, and {@code stores} in a class that stores at all. */
  ExactPath(WalkerParts parts, Code code, Expr... parameters) {
    super(parts, code, parameters);
    this.results = parts.results();
    this.permissions = parts.permissions();
    this.stores = parts.stores() ? parameters[3] : null;
  }

  @Override
  void write() {
    code.run(Expr.call(ACCESS, "check", "(I)V", access));
    if (mode == PagingMode.NO_PAGING) {
      writeIdentity();
      return;
    }
    if (mode.isLongMode()) {
      code.returnIf(
          Cond.isNotZero(entries.nonCanonical(gva)),
          ResultFormat.fault(FaultReason.NON_CANONICAL, 0, 0));
    }
    faults = new GuestFaults(code, results, access);
    if (stores == null) {
      writeOnce();
      return;
    }
    code.tries(Walker.MAX_TRIES, this::writeOnce);
    code.ret(faults.fault(FaultReason.UPDATE_CONTENDED, 0, 0));
  }

  private void writeIdentity() {
    Expr page = Expr.and(gva, constant("FRAME_32", EntryBits.FRAME_32));
    Expr result = code.let("result", Expr.or(page, ResultFormat.unpaged()));
    SlotFlags.add(code, slots, plan, result);
    code.ret(result);
  }

  private void writeOnce() {
    Expr table = entries.root(VcpuFields.cr3(vcpu));
    if (mode == PagingMode.PAE) {
      Expr pdpte = code.let("pdpte", VcpuFields.pdpte(vcpu, gva));
      code.returnIf(
          Cond.isZero(Expr.and(pdpte, EntryFormat.present())),
          faults.fault(FaultReason.NOT_PRESENT, 0, 3));
      table = entries.table(pdpte);
    }
    descend(mode.level(mode.topLevelInMemory()), table, null, null, List.of());
  }

  private void descend(PagingLevel level, Expr table, Expr and, Expr or, List<Read> above) {
    String name = EntryFormat.name(level);
    int number = level.number();
    Expr gpa = code.let(name + "Gpa", Expr.plus(table, entries.byteIndex(level, gva)));
    Expr slot = code.let(name + "Slot", slots.slotOf(gpa));
    code.returnIf(
        Cond.less(slot, intConstant(0)), faults.fault(FaultReason.TABLE_IN_NO_SLOT, 0, number));
    Expr entry = code.let(name, slots.read(slot, gpa));
    List<Read> reads = new ArrayList<>(above);
    reads.add(new Read(level, gpa, slot, entry));
    code.returnIf(
        Cond.isZero(Expr.and(entry, EntryFormat.present())),
        faults.fault(FaultReason.NOT_PRESENT, 0, number));
    if (level.leafRule() == LeafRule.ALWAYS) {
      faults.refuseReserved(entry, entries.reservedInLeaf(level), number);
      finish(level, and, or, reads);
      return;
    }
    if (level.hasPageSizeBit(role)) {
      code.when(
          Cond.isNotZero(Expr.and(entry, EntryFormat.pageSize())),
          () -> {
            faults.refuseReserved(entry, entries.reservedInLeaf(level), number);
            finish(level, and, or, reads);
          });
    }
    faults.refuseReserved(entry, entries.reservedInTable(level), number);
    descend(
        mode.level(number - 1),
        entries.table(entry),
        and == null ? entry : code.let("and_" + name, Expr.and(and, entry)),
        or == null ? entry : code.let("or_" + name, Expr.or(or, entry)),
        reads);
  }

  /** All entries are present and well-formed: rights, accessed and dirty bits, result. */
  private void finish(PagingLevel level, Expr and, Expr or, List<Read> reads) {
    Expr leaf = stores == null ? reads.getLast().entry() : afterUpdate(reads.getLast());
    Expr result = code.let("result", results.success(level, leaf, and, or, gva));
    faults.refuseRights(permissions, vcpu, level, leaf, result);
    if (stores != null) {
      code.when(
          Cond.isTrue(stores).and(Cond.isFalse(VcpuFields.isObserver(vcpu))),
          () -> update(reads, leaf));
    }
    if (!plan.allWritable()) {
      Expr cleanWrite = constant("CLEAN_WRITE", WalkResult.CLEAN_WRITE);
      code.when(
          ResultFormat.isCleanWrite(access, leaf),
          () -> code.set(result, Expr.or(result, cleanWrite)));
    }
    SlotFlags.add(code, slots, plan, result);
    code.ret(result);
  }

  /** The leaf as an update leaves it. */
  private Expr afterUpdate(Read leaf) {
    if (plan.allWritable()) {
      return code.let("after", updated(leaf));
    }
    Expr after = code.let("after", leaf.entry());
    code.when(Cond.less(leaf.slot(), slots.writableLimit()), () -> code.set(after, updated(leaf)));
    return after;
  }

  /** Sets accessed and dirty bits from the root down. */
  private void update(List<Read> reads, Expr leafAfter) {
    for (Read read : reads) {
      Expr value = read.equals(reads.getLast()) ? leafAfter : accessed(read);
      code.tryAgainIf(Cond.isFalse(slots.update(read.slot(), read.gpa(), read.entry(), value)));
    }
  }

  private static Expr accessed(Read read) {
    return Expr.or(read.entry(), constant("A", EntryBits.A));
  }

  /** The leaf with A set and, for a write, D. */
  private Expr updated(Read leaf) {
    // WRITE is bit 1 of an access and D bit 6 of an entry.
    int left = Long.numberOfTrailingZeros(EntryBits.D / Access.WRITE);
    Expr write = Expr.intAnd(access, intConstant(Access.WRITE).printedAs("WRITE"));
    return Expr.or(accessed(leaf), Expr.toLong(Expr.intShiftLeft(write, left)));
  }
}
