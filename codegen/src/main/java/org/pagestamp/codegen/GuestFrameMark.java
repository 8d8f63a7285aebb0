package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.intConstant;

import java.util.List;
import org.objectweb.asm.Opcodes;
import org.pagestamp.codegen.ClassBody.Parameter;

/**
 * The method {@code mark}, for updates that mark dirty where the guest has an entry, in place of
 * where stage 2 has it.
 */
record GuestFrameMark(String owner, SlotPlan plan, SlotMemory memory) {
  private static final String NAME = "mark";

  /** Calls the method: marks the page of {@code guestGpa}. */
  Expr call(Expr guestGpa) {
    return Expr.call(owner, NAME, "(J)V", guestGpa);
  }

  /** Emits the method. */
  void write(ClassBody body, SlotMethods slots) {
    body.method(
        Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC,
        NAME,
        "V",
        List.of(new Parameter("gpa", Expr.LONG)),
        (code, p) -> mark(code, slots.slotOf(p[0]), p[0]));
  }

  /** Marks the page if its slot logs, a read-only one too; one that is in no slot is left out. */
  private void mark(Code code, Expr slotOf, Expr gpa) {
    if (plan.usesTable()) {
      Expr slot = code.let("slot", slotOf);
      code.when(Cond.notLess(slot, intConstant(0)), () -> memory.markIndexed(code, slot, gpa));
    } else {
      code.cases(
          slotOf,
          plan.count(),
          number -> {
            if (plan.slot(number).dirtyLog() != null) {
              code.run(memory.mark(number, gpa));
            }
            code.retVoid();
          });
    }
    code.retVoid();
  }
}
