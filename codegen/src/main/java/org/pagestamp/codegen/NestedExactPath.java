package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;
import static org.pagestamp.codegen.Expr.intConstant;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.codegen.EntryUpdates.Read;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.LeafRule;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.ReservedBits;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedOption;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.PdpteAccess;
import org.pagestamp.nested.TableAccess;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/**
 * The method {@code exact} of a walk in two dimensions, as {@link ExactPath} in one: the guest's
 * levels unrolled, each table looked for by the method {@code throughStage2}.
 */
final class NestedExactPath {
  private static final String ACCESS = "org/pagestamp/walk/Access";

  /** Bits 11:9 of an exit qualification: what the guest's own tables allow. */
  private static final int USER_ADDRESS = 1 << 9;

  private static final int WRITABLE_ADDRESS = 1 << 10;
  private static final int NX_ADDRESS = 1 << 11;

  private static final int TABLE_READ = Stage2Access.TABLE | Stage2Access.READ;
  private static final int TABLE_WRITE = TABLE_READ | Stage2Access.WRITE;

  private final NestedParts parts;
  private final NestedRole choices;
  private final Role role;
  private final PagingMode mode;
  private final EntryFormat entries;
  private final SlotMethods slots;
  private final Code code;
  private final Expr state;
  private final Expr gva;
  private final Expr access;
  private final Expr vcpu;
  private final UpdatePolicy policy;
  private GuestFaults faults;
  private EntryUpdates updates;

  NestedExactPath(NestedParts parts, Code code, Expr... parameters) {
    this.parts = parts;
    this.choices = parts.choices();
    this.role = choices.guest();
    this.mode = role.mode();
    this.entries = parts.entries();
    this.policy = parts.updates();
    this.slots = parts.guestSlots();
    this.code = code;
    this.state = parameters[0];
    this.gva = parameters[1];
    this.access = parameters[2];
    this.vcpu = NestedFields.guest(state);
  }

  void write() {
    code.run(Expr.call(ACCESS, "check", "(I)V", access));
    code.returnIf(
        Cond.isTrue(VcpuFields.isObserver(vcpu)), parts.call("probe", state, gva, access));
    if (mode.isLongMode()) {
      code.returnIf(
          Cond.isNotZero(entries.nonCanonical(gva)),
          ResultFormat.fault(FaultReason.NON_CANONICAL, 0, 0));
    }
    code.run(NestedFields.beginTries(state));
    if (mode == PagingMode.NO_PAGING) {
      withoutPaging();
      return;
    }
    faults = new GuestFaults(code, role, parts.results(), access);
    updates = new EntryUpdates(policy, slots, faults, code, access);
    if (!policy.stores()) {
      writeOnce();
    } else {
      code.tries(Walker.MAX_TRIES, this::writeOnce);
      code.ret(faults.fault(FaultReason.UPDATE_CONTENDED, 0, 0));
    }
  }

  private void withoutPaging() {
    Expr page = Expr.and(gva, constant("FRAME_32", EntryBits.FRAME_32));
    Expr result = code.let("result", Expr.or(page, ResultFormat.unpaged()));
    place(result);
    code.ret(result);
  }

  private void writeOnce() {
    if (mode != PagingMode.PAE || role.readsPdptes()) {
      Expr root = entries.root(VcpuFields.cr3(vcpu));
      descend(mode.level(mode.topLevel()), root, null, null, List.of());
      return;
    }
    PagingLevel level = mode.level(3);
    boolean inMemory = choices.pdpteAccess() == PdpteAccess.IN_WALK;
    Expr pdpte =
        inMemory
            ? read(level, entries.root(VcpuFields.cr3(vcpu))).entry()
            : code.let("pdpte", VcpuFields.pdpte(vcpu, gva));
    refuseAbsent(pdpte, 3);
    if (inMemory) {
      long reserved = ReservedBits.mask(role, level, false);
      faults.refuseReserved(pdpte, reserved, 3);
    }
    descend(mode.level(2), entries.table(pdpte), null, null, List.of());
  }

  private void refuseAbsent(Expr entry, int level) {
    code.returnIf(
        Cond.isZero(Expr.and(entry, EntryFormat.present())),
        faults.fault(FaultReason.NOT_PRESENT, 0, level));
  }

  /** Reads the entry of {@code level}, whose table is looked for through stage 2. */
  private Read read(PagingLevel level, Expr table) {
    String name = EntryFormat.name(level);
    int number = level.number();
    Expr tableGpa = code.let(name + "TableGpa", Expr.plus(table, entries.byteIndex(level, gva)));
    boolean write = choices.tableAccess() == TableAccess.WRITE;
    Expr gpa = code.let(name + "Gpa", throughStage2(tableGpa, write, number));
    code.set(gpa, Expr.or(Expr.and(gpa, frame()), Expr.and(tableGpa, constant(0xFFF))));
    return updates.read(level, tableGpa, gpa);
  }

  private static Expr frame() {
    return constant("FRAME", EntryBits.FRAME);
  }

  /** Where stage 2 has an entry of the guest; returns if it is a fault. */
  private Expr throughStage2(Expr tableGpa, boolean write, int level) {
    Expr kind = intConstant(write ? TABLE_WRITE : TABLE_READ);
    Expr printed = kind.printedAs(write ? "TABLE_WRITE" : "TABLE_READ");
    Expr found = code.let("found" + level, parts.throughStage2(state, asked(tableGpa), printed));
    code.returnIf(
        isFault(found),
        Expr.or(found, constant("IN_TABLE" + level, Stage2Result.inTable(0, level))));
    return found;
  }

  /** What of an address goes through stage 2, and is told of its faults. */
  private Expr asked(Expr gpa) {
    return choices.has(NestedOption.PAGE_ALIGNED_FAULTS) ? Expr.and(gpa, frame()) : gpa;
  }

  private static Cond isFault(Expr found) {
    return Cond.isZero(Expr.and(found, constant("SUCCESS", Stage2Result.SUCCESS)));
  }

  private void descend(PagingLevel level, Expr table, Expr and, Expr or, List<Read> above) {
    String name = EntryFormat.name(level);
    int number = level.number();
    Read read = read(level, table);
    Expr entry = read.entry();
    List<Read> reads = new ArrayList<>(above);
    reads.add(read);
    refuseAbsent(entry, number);
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
      Expr value = EntryUpdates.accessed(read);
      update(read, value, value);
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

  /** All entries are present and well-formed: rights, the page, accessed and dirty bits, result. */
  private void finish(PagingLevel level, Expr and, Expr or, List<Read> reads) {
    Expr leaf = updates.leafAfter(reads.getLast());
    Expr result = code.let("result", parts.results().success(level, leaf, and, or, gva));
    PermissionFields permissions = parts.permissions();
    faults.refuseRights(
        permissions, vcpu, level, leaf, permissions.knownToKeys(and, result), result);
    updates.addCleanWrite(leaf, result);
    if (policy.beforeStage2()) {
      update(policy.eager() ? List.of(reads.getLast()) : reads, leaf);
    }
    place(result);
    if (!policy.beforeStage2()) {
      update(reads, leaf);
    }
    code.ret(result);
  }

  /** Translates the page that the guest's result tells of, and tells where it is. */
  private void place(Expr result) {
    Stage2Parts stage2 = parts.stage2();
    Expr gpa = code.let("gpa", Expr.or(Expr.and(result, frame()), Expr.and(gva, constant(0xFFF))));
    Expr kinds = stage2.constants().field("FINAL_ACCESS", int[].class, this::finalAccesses);
    Expr kind = Expr.element(kinds, Expr.intAnd(access, intConstant(Access.LIMIT - 1)));
    if (stage2.format().modeOfPage()) {
      Expr user = Stage2Results.moved(result, EntryBits.U, Stage2Access.USER);
      kind = Expr.intOr(kind, Expr.toInt(user));
    }
    Expr found = code.let("found", parts.throughStage2(state, asked(gpa), kind));
    code.when(isFault(found), () -> refusePage(found, result));
    code.run(NestedFields.page(state, gpa, found));
    long taken = EntryBits.FRAME | WalkResult.NO_SLOT | WalkResult.READ_ONLY_SLOT;
    Expr page = Expr.and(found, constant("FRAME|SLOT", taken));
    Expr kept = Expr.and(result, constant("~FRAME", ~EntryBits.FRAME));
    Cond userFetches = parts.isUsers(result, access);
    code.set(result, Expr.or(Expr.or(kept, page), Stage2Results.inNested(found)));
    if (stage2.entries().haveTwoExecuteRights()) {
      code.when(
          userFetches,
          () -> code.set(result, Expr.xor(result, Stage2Results.differenceOfUser(found))));
    }
  }

  private int[] finalAccesses() {
    int[] kinds = new int[Access.LIMIT];
    for (int from = 0; from < Access.LIMIT; from++) {
      int kind = (from & Access.FETCH) != 0 ? Stage2Access.FETCH : Stage2Access.READ;
      boolean user = !parts.stage2().format().modeOfPage() && (from & Access.USER) != 0;
      kinds[from] =
          Stage2Access.FINAL
              | ((from & Access.WRITE) != 0 ? Stage2Access.WRITE : kind)
              | (user ? Stage2Access.USER : 0);
    }
    return kinds;
  }

  /** A violation may also tell what the guest's own tables allow. */
  private void refusePage(Expr found, Expr result) {
    if (parts.stage2().format().advancedInfo()) {
      Expr info =
          Expr.or(
              Stage2Results.moved(result, EntryBits.U, Stage2Faults.code(USER_ADDRESS)),
              Expr.or(
                  Stage2Results.moved(result, EntryBits.W, Stage2Faults.code(WRITABLE_ADDRESS)),
                  Stage2Results.moved(result, EntryBits.NX, Stage2Faults.code(NX_ADDRESS))));
      code.returnIf(Stage2Faults.isViolation(found), Expr.or(found, info));
    }
    code.ret(found);
  }

  /**
   * Sets accessed and dirty bits from the root down.
   *
   * @param leafAfter the value for the last entry
   */
  private void update(List<Read> reads, Expr leafAfter) {
    for (Read read : reads) {
      if (read.equals(reads.getLast())) {
        update(read, leafAfter, updates.updated(read));
      } else {
        update(read, EntryUpdates.accessed(read), EntryUpdates.accessed(read));
      }
    }
  }

  /**
   * Sets the bits of one entry. Where stage 2 was not yet asked whether the guest may, it is now,
   * also for an entry that a read-only slot then keeps as it is.
   *
   * @param value the entry as a slot leaves it that keeps its bits
   * @param wanted the entry as it is to be
   */
  private void update(Read read, Expr value, Expr wanted) {
    if (policy.never()) {
      return;
    }
    if (choices.tableAccess() == TableAccess.WRITE_TO_UPDATE) {
      code.when(
          Cond.notEqual(read.entry(), wanted),
          () -> throughStage2(read.tableGpa(), true, read.level().number()));
    }
    updates.refuse(read, wanted);
    if (!policy.stores()) {
      return;
    }
    code.when(
        Cond.isFalse(slots.update(read.slot(), read.gpa(), read.entry(), value, read.tableGpa())),
        () -> {
          code.returnIf(
              Cond.isFalse(NestedFields.mayTryAgain(state)),
              faults.fault(FaultReason.UPDATE_CONTENDED, 0, 0));
          code.tryAgain();
        });
  }
}
