package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.intConstant;

import java.util.List;
import org.pagestamp.choice.EntryStore;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Cause;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.walk.Walker;

/** Puts a class together that walks stage 2 alone: common walks in one line, others exactly. */
final class Stage2Assembler {
  private static final String WALK = "(Lorg/pagestamp/stage2/Stage2State;JI)J";
  private static final String ACCESS = "org/pagestamp/stage2/Stage2Access";

  private final Stage2Role role;
  private final ClassFrame frame;
  private final SlotPlan plan;
  private final Stage2Parts parts;
  private final DirectReads direct;

  Stage2Assembler(Stage2Role role, SlotLayout layout, String name) {
    this.role = role;
    plan = new SlotPlan(layout);
    frame = new ClassFrame(name, "GeneratedStage2Walker", Stage2Role.class, plan);
    Stage2Format format = role.format();
    direct = DirectReads.of(plan, format.tableMask(), format.entryBytes());
    SlotMethods slots =
        new SlotMethods(
            frame.owner(),
            plan,
            format.entryBytes(),
            layout.updateMode(),
            EntryStore.COMPARE_ALL,
            frame.constants());
    parts = Stage2Parts.of(frame.owner(), format, plan, slots, frame.constants());
  }

  WalkerClass assemble() {
    frame.head(role::toString, List.of(parts.entries()::legend), direct);
    if (parts.mayBeCommon()) {
      frame.publicMethod("walk", Stage2ExactPath.PARAMETERS, (code, p) -> common(direct, code, p));
      if (direct != null) {
        frame.privateMethod(
            "search", Stage2ExactPath.PARAMETERS, (code, p) -> common(null, code, p));
      }
      frame.privateMethod("exact", Stage2ExactPath.PARAMETERS, this::exact);
    } else {
      frame.publicMethod("walk", Stage2ExactPath.PARAMETERS, this::exact);
    }
    Stage2ExactPath.write(frame.body(), parts);
    parts.slots().write(frame.body(), parts.mayBeCommon(), parts.updates(), !plan.allWritable());
    return frame.end();
  }

  private Expr call(String method, Expr... parameters) {
    return Expr.own(frame.owner(), method, WALK, parameters);
  }

  private void common(DirectReads reads, Code code, Expr... p) {
    Expr exact = call("exact", p);
    Expr gpa = p[1];
    Expr access = p[2];
    code.returnIf(
        Cond.notBelow(access, intConstant(Stage2Access.LIMIT).printedAs("ACCESS_LIMIT")), exact);
    if (parts.entries().beyond() != 0) {
      code.returnIf(Cond.isNotZero(Expr.shiftRight(gpa, parts.format().gpaBits())), exact);
    }
    Expr elsewhere = reads == null ? exact : call("search", p);
    Stage2Descent descent =
        new Stage2Descent(parts, reads, code, NestedFields.root(p[0]), elsewhere);
    descent.page(gpa);
    Expr word = descent.word();
    Expr differs = parts.differs(word, access, Stage2Access.LIMIT, rows());
    code.returnIf(Cond.isNotZero(Expr.or(descent.wrongType(), differs)), exact);
    Expr place = Expr.or(descent.addSlotFlags(), descent.ofLevel());
    code.ret(parts.results().success(word, place));
  }

  private long[] rows() {
    return parts
        .masks()
        .table(
            Stage2Access.LIMIT,
            Stage2Access::isValid,
            access -> (access & Stage2Access.WRITE) != 0,
            access -> (access & Stage2Access.FETCH) != 0,
            access -> (access & Stage2Access.USER) != 0);
  }

  private void exact(Code code, Expr... p) {
    code.run(Expr.call(ACCESS, "check", "(I)V", p[2]));
    code.returnIf(Cond.isTrue(NestedFields.isObserver(p[0])), call("probe", p));
    Expr once = Stage2ExactPath.call(frame.owner(), p[0], p[1], p[2]);
    if (!parts.updates()) {
      code.ret(once);
      return;
    }
    code.tries(
        Walker.MAX_TRIES,
        () -> {
          Expr result = code.let("result", once);
          code.returnIf(Cond.notEqual(result, Stage2ExactPath.changed()), result);
        });
    code.ret(parts.faults().fault(Stage2Cause.UPDATE_CONTENDED, p[2], null, 0));
  }
}
