package org.pagestamp.codegen;

import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.PmlRule;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Format;

/**
 * What the emitters of stage 2 in one class have in common.
 *
 * @param owner internal name of the class
 * @param format what the role makes of the format
 * @param plan the slots that the class is stamped for
 * @param entries expressions over entries
 * @param masks the rights rules
 * @param results expressions over results
 * @param faults expressions over faults
 * @param slots calls of the slot methods for entries of this size
 * @param constants the objects that the class refers to
 */
record Stage2Parts(
    String owner,
    Stage2Format format,
    SlotPlan plan,
    Stage2Entries entries,
    Stage2Masks masks,
    Stage2Results results,
    Stage2Faults faults,
    SlotMethods slots,
    ClassConstants constants) {
  static Stage2Parts of(
      String owner,
      Stage2Format format,
      SlotPlan plan,
      SlotMethods slots,
      ClassConstants constants) {
    return new Stage2Parts(
        owner,
        format,
        plan,
        new Stage2Entries(format),
        new Stage2Masks(format, !plan.allReadOnly() || logs(format)),
        new Stage2Results(format),
        new Stage2Faults(format, constants),
        slots,
        constants);
  }

  private static boolean logs(Stage2Format format) {
    return format.pmlRule() != PmlRule.NONE;
  }

  /** Whether walks log the pages that they make dirty. */
  boolean logs() {
    return logs(format);
  }

  /** Whether walks whose accessed and dirty bits are all set may do without the exact path. */
  boolean mayBeCommon() {
    return plan.allowsEarlyReads() && format.pmlRule() != PmlRule.ALWAYS;
  }

  /** The layout that the class is stamped for. */
  Expr layout() {
    return constants.field("LAYOUT", SlotLayout.class, plan::layout);
  }

  /** Whether walks of the class store into entries at all. */
  boolean updates() {
    return !plan.allReadOnly() && format.level(1).accessed() != 0;
  }

  /** Not zero where {@code word} differs from what the access needs, by the rows of a class. */
  Expr differs(Expr word, Expr access, int limit, long[] rows) {
    return differs(word, access, limit, constants.field("MASKS2", long[].class, () -> rows));
  }

  private static Expr differs(Expr word, Expr access, int limit, Expr masks) {
    Expr row = Expr.intShiftLeft(Expr.intAnd(access, Expr.intConstant(limit - 1)), 1);
    Expr care = Expr.element(masks, row);
    Expr value = Expr.element(masks, Expr.intPlus(row, Expr.intConstant(1)));
    return Expr.xor(Expr.and(word, care), value);
  }

  /**
   * Not zero where the rights forbid the access.
   *
   * @param word all entries ANDed, NX ORed
   * @param access a combination of the bits in {@link Stage2Access}
   */
  Expr rightsDenied(Expr word, Expr access) {
    Expr rights = constants.field("RIGHTS2", long[].class, masks::rights);
    return differs(word, access, Stage2Access.LIMIT, rights);
  }
}
