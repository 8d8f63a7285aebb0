package org.pagestamp.codegen;

import java.util.List;
import org.pagestamp.codegen.ClassBody.Parameter;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.walk.Access;

/**
 * What the emitters of one class that walks in two dimensions have in common.
 *
 * @param choices what it is stamped for
 * @param stage2 the emitters' parts for stage 2
 * @param entries expressions over the guest's entries
 * @param results expressions over the guest's results
 * @param guestSlots calls of the slot methods for the guest's entries
 * @param permissions expressions over the permission masks of the guest
 */
record NestedParts(
    NestedRole choices,
    Stage2Parts stage2,
    EntryFormat entries,
    ResultFormat results,
    SlotMethods guestSlots,
    PermissionFields permissions) {
  static final List<Parameter> PARAMETERS =
      List.of(
          new Parameter("state", "Lorg/pagestamp/nested/NestedState;"),
          new Parameter("gva", Expr.LONG),
          new Parameter("access", Expr.INT));

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
}
