package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.walk.WalkResult;

/** Adds to a result what kind of slot its page lies in. */
final class SlotFlags {
  private SlotFlags() {}

  static void add(Code code, SlotMethods slots, SlotPlan plan, Expr result) {
    if (!plan.hasSlots()) {
      code.set(result, Expr.or(result, constant("NO_SLOT", WalkResult.NO_SLOT)));
      return;
    }
    Expr page = code.let("page", Expr.and(result, constant("FRAME", EntryBits.FRAME)));
    Expr offset = slots.likelyOffset(page);
    Runnable elsewhere = () -> code.set(result, Expr.or(result, slots.unlikelyFlags(page)));
    if (plan.isWritable(plan.likely())) {
      code.when(Cond.notBelow(offset, slots.likelySize()), elsewhere);
    } else {
      code.choose(
          Cond.below(offset, slots.likelySize()),
          () -> code.set(result, Expr.or(result, slots.likelyFlags())),
          elsewhere);
    }
  }
}
