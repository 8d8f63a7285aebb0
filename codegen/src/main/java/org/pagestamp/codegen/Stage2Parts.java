package org.pagestamp.codegen;

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
        new Stage2Masks(format, !plan.allReadOnly()),
        new Stage2Results(format),
        slots,
        constants);
  }

  /** Whether walks of the class store into entries at all. */
  boolean updates() {
    return !plan.allReadOnly() && format.level(1).accessed() != 0;
  }

  /** Not zero where {@code word} differs from what the access needs, by the rows of a class. */
  Expr differs(Expr word, Expr access, int limit, long[] rows) {
    Expr masks = constants.field("MASKS2", long[].class, () -> rows);
    Expr row = Expr.intShiftLeft(Expr.intAnd(access, Expr.intConstant(limit - 1)), 1);
    Expr care = Expr.element(masks, row).printedAs("CARE2[access]");
    Expr value =
        Expr.element(masks, Expr.intPlus(row, Expr.intConstant(1))).printedAs("VALUE2[access]");
    return Expr.xor(Expr.and(word, care), value);
  }
}
