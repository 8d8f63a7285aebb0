package org.pagestamp.codegen;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.pagestamp.codegen.ClassBody.Parameter;

/**
 * The body of one generated method: statements, each a line of the listing and its bytecode, tied
 * together by the line-number table.
 *
 * <p>Jumps lead from statement to statement, where the stack is empty and the variables of the
 * blocks around are set. So the frames that the verifier wants are known here, and need not be
 * computed from the bytecode, which would take longer than all the rest.
 */
final class Code {
  private final Listing listing;
  private final MethodVisitor mv;

  /** The types of the variables in scope, as frames name them. */
  private final List<Object> frame = new ArrayList<>();

  /** The types as the last frame named them. */
  private final List<Object> lastFrame = new ArrayList<>();

  private boolean frameDue;
  private int nextLocal;
  private Label nextTry;

  /** For a static method, or, with an {@code owner}, an instance method of that class. */
  Code(String owner, Listing listing, MethodVisitor mv) {
    this.listing = listing;
    this.mv = mv;
    if (owner != null) {
      frame.add(owner);
      nextLocal = 1;
    }
  }

  private static int size(String descriptor) {
    return descriptor.equals(Expr.LONG) ? 2 : 1;
  }

  /** Declares a local variable with its first value. */
  Expr let(String name, Expr value) {
    set(Expr.local(name, value.descriptor(), nextLocal), value);
    return declare(name, value.descriptor());
  }

  /** Declares the parameters, before anything else. */
  Expr[] parameters(List<Parameter> parameters) {
    Expr[] locals = new Expr[parameters.size()];
    for (int i = 0; i < locals.length; i++) {
      locals[i] = declare(parameters.get(i).name(), parameters.get(i).descriptor());
    }
    lastFrame.addAll(frame);
    return locals;
  }

  private Expr declare(String name, String descriptor) {
    Expr local = Expr.local(name, descriptor, nextLocal);
    nextLocal += size(descriptor);
    frame.add(frameType(descriptor));
    return local;
  }

  private static Object frameType(String descriptor) {
    return switch (descriptor) {
      case Expr.LONG -> Opcodes.LONG;
      case Expr.INT, Expr.BOOLEAN -> Opcodes.INTEGER;
      default -> Type.getType(descriptor).getInternalName();
    };
  }

  /** The statements of a block; what they declare is theirs. */
  private void block(Runnable statements) {
    int outer = frame.size();
    int outerNext = nextLocal;
    listing.indented(statements);
    frame.subList(outer, frame.size()).clear();
    nextLocal = outerNext;
  }

  /** {@code local = value}. */
  void set(Expr local, Expr value) {
    line(() -> local.text() + " = " + value.text());
    value.push(mv);
    Expr.store(local, mv);
  }

  /** {@code return value}. */
  void ret(Expr value) {
    line(() -> "return " + value.text());
    value.push(mv);
    mv.visitInsn(value.descriptor().equals(Expr.LONG) ? Opcodes.LRETURN : Opcodes.IRETURN);
  }

  /** {@code return}. */
  void retVoid() {
    line("return");
    mv.visitInsn(Opcodes.RETURN);
  }

  /** {@code array[index] = value}, of longs. */
  void setElement(Expr array, Expr index, Expr value) {
    line(() -> array.text() + "[" + index.text() + "] = " + value.text());
    array.push(mv);
    index.push(mv);
    value.push(mv);
    mv.visitInsn(Opcodes.LASTORE);
  }

  /** {@code for (i = from; i < to; i += step) body}, in the shape that C2 knows as counted. */
  void repeat(String name, Expr from, Expr to, int step, Consumer<Expr> body) {
    Expr i = let(name, from);
    Label top = new Label();
    Label end = new Label();
    jumpTarget(top);
    line(() -> "while (" + name + " < " + to.text() + ")");
    i.push(mv);
    to.push(mv);
    mv.visitJumpInsn(Opcodes.IF_ICMPGE, end);
    block(
        () -> {
          body.accept(i);
          set(i, Expr.intPlus(i, Expr.intConstant(step)));
        });
    mv.visitJumpInsn(Opcodes.GOTO, top);
    jumpTarget(end);
  }

  /** A call for its effect. */
  void run(Expr voidCall) {
    line(voidCall::text);
    voidCall.push(mv);
  }

  /** {@code if (condition) then}. */
  void when(Cond condition, Runnable then) {
    Label end = new Label();
    line(() -> "if (" + condition.text() + ")");
    condition.jumpIfFalse().accept(mv, end);
    block(then);
    jumpTarget(end);
  }

  /** {@code if (condition) return value}, on one line. */
  void returnIf(Cond condition, Expr value) {
    Label end = new Label();
    line(() -> "if (" + condition.text() + ") return " + value.text());
    condition.jumpIfFalse().accept(mv, end);
    value.push(mv);
    mv.visitInsn(value.descriptor().equals(Expr.LONG) ? Opcodes.LRETURN : Opcodes.IRETURN);
    jumpTarget(end);
  }

  /** {@code if (condition) then else otherwise}; {@code then} does not return. */
  void choose(Cond condition, Runnable then, Runnable otherwise) {
    Label elseLabel = new Label();
    Label end = new Label();
    line(() -> "if (" + condition.text() + ")");
    condition.jumpIfFalse().accept(mv, elseLabel);
    block(then);
    visitFrameIfDue();
    mv.visitJumpInsn(Opcodes.GOTO, end);
    jumpTarget(elseLabel);
    line("else");
    block(otherwise);
    jumpTarget(end);
  }

  /** {@code switch (selector)} over 0 to n-1; every case returns, and so must what follows. */
  void cases(Expr selector, int n, IntConsumer eachCase) {
    Label[] labels = new Label[n];
    for (int i = 0; i < n; i++) {
      labels[i] = new Label();
    }
    Label otherwise = new Label();
    line(() -> "switch (" + selector.text() + ")");
    selector.push(mv);
    mv.visitTableSwitchInsn(0, n - 1, otherwise, labels);
    block(
        () -> {
          for (int i = 0; i < n; i++) {
            jumpTarget(labels[i]);
            eachCase.accept(i);
          }
        });
    jumpTarget(otherwise);
  }

  /** Repeats {@code body}, which leaves by a return or by {@link #tryAgainIf}, up to a limit. */
  void tries(int limit, Runnable body) {
    Expr left = let("tries", Expr.intConstant(limit));
    Label top = new Label();
    Label end = new Label();
    nextTry = new Label();
    jumpTarget(top);
    line("while (tries != 0)");
    left.push(mv);
    mv.visitJumpInsn(Opcodes.IFEQ, end);
    block(body);
    jumpTarget(nextTry);
    set(left, Expr.intPlus(left, Expr.intConstant(-1)));
    mv.visitJumpInsn(Opcodes.GOTO, top);
    jumpTarget(end);
    nextTry = null;
  }

  /** {@code if (condition) continue}, in the body of {@link #tries}. */
  void tryAgainIf(Cond condition) {
    Label end = new Label();
    line(() -> "if (" + condition.text() + ") continue");
    condition.jumpIfFalse().accept(mv, end);
    mv.visitJumpInsn(Opcodes.GOTO, nextTry);
    jumpTarget(end);
  }

  /** {@code continue}, in the body of {@link #tries}. */
  void tryAgain() {
    line("continue");
    mv.visitJumpInsn(Opcodes.GOTO, nextTry);
  }

  /** The place of a label; the next statement has the frame, as several labels may be here. */
  private void jumpTarget(Label label) {
    mv.visitLabel(label);
    frameDue = true;
  }

  private void visitFrameIfDue() {
    if (!frameDue) {
      return;
    }
    frameDue = false;
    int same = 0;
    while (same < Math.min(frame.size(), lastFrame.size())
        && frame.get(same).equals(lastFrame.get(same))) {
      same++;
    }
    int dropped = lastFrame.size() - same;
    int added = frame.size() - same;
    if (dropped == 0 && added == 0) {
      mv.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
      return;
    }
    if (dropped == 0 && added <= 3) {
      mv.visitFrame(Opcodes.F_APPEND, added, frame.subList(same, frame.size()).toArray(), 0, null);
    } else if (added == 0 && dropped <= 3) {
      mv.visitFrame(Opcodes.F_CHOP, dropped, null, 0, null);
    } else {
      mv.visitFrame(Opcodes.F_FULL, frame.size(), frame.toArray(), 0, null);
    }
    for (int i = lastFrame.size() - 1; i >= same; i--) {
      lastFrame.removeLast();
    }
    for (int i = same; i < frame.size(); i++) {
      lastFrame.add(frame.get(i));
    }
  }

  private void line(String text) {
    line(() -> text);
  }

  private void line(Supplier<String> text) {
    visitFrameIfDue();
    Label start = new Label();
    mv.visitLabel(start);
    mv.visitLineNumber(listing.line(text), start);
  }
}
