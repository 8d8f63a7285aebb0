package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.codegen.EntryUpdates.Read;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.LeafRule;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.FaultReason;
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

  private final UpdatePolicy policy;
  private GuestFaults faults;
  private EntryUpdates updates;

  /** The parameters are those of a walk, and {@code stores} in a class that stores at all. */
  ExactPath(WalkerParts parts, Code code, Expr... parameters) {
    super(parts, code, parameters);
    this.results = parts.results();
    this.permissions = parts.permissions();
    this.policy = parts.updates();
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
    faults = new GuestFaults(code, role, results, access);
    updates = new EntryUpdates(policy, slots, faults, code, access);
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
    if (mode == PagingMode.PAE && !role.readsPdptes()) {
      Expr pdpte = code.let("pdpte", VcpuFields.pdpte(vcpu, gva));
      code.returnIf(
          Cond.isZero(Expr.and(pdpte, EntryFormat.present())),
          faults.fault(FaultReason.NOT_PRESENT, 0, 3));
      table = entries.table(pdpte);
    }
    descend(mode.level(role.topLevelInMemory()), table, null, null, List.of());
  }

  private void descend(PagingLevel level, Expr table, Expr and, Expr or, List<Read> above) {
    String name = EntryFormat.name(level);
    int number = level.number();
    Expr gpa = code.let(name + "Gpa", Expr.plus(table, entries.byteIndex(level, gva)));
    Read read = updates.read(level, null, gpa);
    Expr entry = read.entry();
    List<Read> reads = new ArrayList<>(above);
    reads.add(read);
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
    if (policy.eager()) {
      update(List.of(read), EntryUpdates.accessed(read));
    }
    if (mode == PagingMode.PAE && number == 3) { // no rights to combine
      descend(mode.level(2), entries.table(entry), null, null, reads);
      return;
    }
    descend(
        mode.level(number - 1),
        entries.table(entry),
        and == null ? entry : code.let("and_" + name, Expr.and(and, entry)),
        or == null ? entry : code.let("or_" + name, Expr.or(or, entry)),
        reads);
  }

  /** All entries are present and well-formed: rights, accessed and dirty bits, result. */
  private void finish(PagingLevel level, Expr and, Expr or, List<Read> reads) {
    Expr leaf = updates.leafAfter(reads.getLast());
    Expr result = code.let("result", results.success(level, leaf, and, or, gva));
    faults.refuseRights(
        permissions, vcpu, level, leaf, permissions.knownToKeys(and, result), result);
    update(policy.eager() ? List.of(reads.getLast()) : reads, leaf);
    updates.addCleanWrite(leaf, result);
    SlotFlags.add(code, slots, plan, result);
    code.ret(result);
  }

  /**
   * Sets accessed and dirty bits from the root down.
   *
   * @param last the value for the last entry
   */
  private void update(List<Read> reads, Expr last) {
    if (policy.refusesUpdates()) {
      for (Read read : reads) {
        Expr value = read.equals(reads.getLast()) ? last : EntryUpdates.accessed(read);
        updates.refuse(read, value);
        store(List.of(read), value);
      }
    } else {
      store(reads, last);
    }
  }

  private void store(List<Read> reads, Expr last) {
    if (stores == null) {
      return;
    }
    code.when(
        Cond.isTrue(stores).and(Cond.isFalse(VcpuFields.isObserver(vcpu))),
        () -> {
          for (Read read : reads) {
            Expr value = read.equals(reads.getLast()) ? last : EntryUpdates.accessed(read);
            code.tryAgainIf(
                Cond.isFalse(slots.update(read.slot(), read.gpa(), read.entry(), value)));
          }
        });
  }
}
