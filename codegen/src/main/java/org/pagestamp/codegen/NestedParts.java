package org.pagestamp.codegen;

import java.util.List;
import org.objectweb.asm.Opcodes;
import org.pagestamp.codegen.ClassBody.Parameter;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.TableAccess;
import org.pagestamp.stage2.Stage2Cause;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.Walker;

/**
 * What the emitters of one class that walks in two dimensions have in common.
 *
 * @param choices what it is stamped for
 * @param stage2 the emitters' parts for stage 2
 * @param entries expressions over the guest's entries
 * @param results expressions over the guest's results
 * @param guestSlots calls of the slot methods for the guest's entries
 * @param permissions expressions over the permission masks of the guest
 * @param updates what becomes of the guest's accessed and dirty bits
 */
record NestedParts(
    NestedRole choices,
    Stage2Parts stage2,
    EntryFormat entries,
    ResultFormat results,
    SlotMethods guestSlots,
    PermissionFields permissions,
    UpdatePolicy updates) {
  static final List<Parameter> PARAMETERS =
      List.of(
          new Parameter("state", "Lorg/pagestamp/nested/NestedState;"),
          new Parameter("gva", Expr.LONG),
          new Parameter("access", Expr.INT));

  /** What a walk leaves behind, of which the result of stage 2 is packed when it is asked for. */
  static final List<Parameter> PACKED =
      List.of(new Parameter("word", Expr.LONG), new Parameter("place", Expr.LONG));

  /** The methods that walk take an address and an access, of the guest or of stage 2. */
  private static final String WALK = "(Lorg/pagestamp/nested/NestedState;JI)J";

  /** Calls a method of the class that walks. */
  Expr call(String method, Expr... parameters) {
    return Expr.own(stage2.owner(), method, WALK, parameters);
  }

  /** Bits that must be zero in the guest's entries that point to tables, of whatever level. */
  long reservedAbove() {
    PagingMode mode = choices.guest().mode();
    return mode == PagingMode.NO_PAGING
        ? 0
        : entries.reservedAbove(mode.level(1), stage2.plan(), true);
  }

  /** Bits of a guest-physical address that stage 2 has no level for. */
  long tooWide() {
    return stage2.entries().beyond() & choices.guest().mode().tableMask();
  }

  /**
   * Whether an entry of the guest is as common ones that point to tables are.
   *
   * @param strict whether NX and bits that are ignored and seldom set must be clear
   */
  Comparison pointsToTable(Expr entry, boolean strict) {
    long one = permissions.alwaysOne() & (EntryBits.P | EntryBits.A);
    long zero = reservedAbove() | tooWide() | EntryBits.PS;
    long ignored = strict ? ~(EntryBits.FRAME | 0xFFF) : 0;
    return new Comparison(entry, one | zero | ignored, one);
  }

  /** Whether reading an entry of the guest's tables asks stage 2 for the right to write. */
  boolean writesTables() {
    return choices.tableAccess() == TableAccess.WRITE;
  }

  /** What the final access asks of stage 2, by the guest's access. */
  long[] rowsOfStage2() {
    Stage2Format format = stage2.format();
    return stage2
        .masks()
        .table(
            Access.LIMIT,
            Access::isValid,
            access -> (access & Access.WRITE) != 0,
            access -> (access & Access.FETCH) != 0,
            format.modeOfPage() ? null : access -> (access & Access.USER) != 0);
  }

  /** Calls the method that walks stage 2, until no entry of it changes meanwhile. */
  Expr throughStage2(Expr state, Expr gpa, Expr access2) {
    return stage2.updates()
        ? Expr.call(stage2.owner(), "throughStage2", WALK, state, gpa, access2)
        : Stage2ExactPath.call(stage2.owner(), NestedFields.stage2(state), gpa, access2);
  }

  /**
   * Whether stage 2 takes a fetch for one from user mode.
   *
   * @param result the guest's, or an AND of all its entries
   */
  Cond isUsers(Expr result, Expr access) {
    return stage2.format().modeOfPage()
        ? Cond.isNotZero(Expr.and(result, Expr.constant("U", EntryBits.U)))
        : Cond.isNotZero(Expr.intAnd(access, Expr.intConstant(Access.USER).printedAs("USER")));
  }

  /** Emits the method that {@link #throughStage2} calls. */
  void writeThroughStage2(ClassBody body) {
    body.method(
        Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC,
        "throughStage2",
        Expr.LONG,
        List.of(
            PARAMETERS.getFirst(),
            Stage2ExactPath.PARAMETERS.get(1),
            Stage2ExactPath.PARAMETERS.get(2)),
        (code, p) -> {
          Expr contended = stage2.faults().fault(Stage2Cause.UPDATE_CONTENDED, p[2], null, 0);
          code.tries(
              Walker.MAX_TRIES,
              () -> {
                Expr state2 = NestedFields.stage2(p[0]);
                Expr result =
                    code.let("result", Stage2ExactPath.call(stage2.owner(), state2, p[1], p[2]));
                code.returnIf(Cond.notEqual(result, Stage2ExactPath.changed()), result);
                code.returnIf(Cond.isFalse(NestedFields.mayTryAgain(p[0])), contended);
              });
          code.ret(contended);
        });
  }
}
