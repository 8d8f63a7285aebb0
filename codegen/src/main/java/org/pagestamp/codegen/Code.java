package org.pagestamp.codegen;

import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * The body of one generated method: statements, each a line of the listing and its bytecode, tied
 * together by the line-number table.
 */
final class Code {
  private final Listing listing;
  private final MethodVisitor mv;
  private int nextLocal;
  private Label nextTry;

  Code(int methodAccess, Listing listing, MethodVisitor mv) {
    this.listing = listing;
    this.mv = mv;
    this.nextLocal = (methodAccess & Opcodes.ACC_STATIC) != 0 ? 0 : 1;
  }

  private static int size(String descriptor) {
    return descriptor.equals(Expr.LONG) ? 2 : 1;
  }

  /** Declares a local variable with its first value. */
  Expr let(String name, Expr value) {
    Expr local = declare(name, value.descriptor());
    set(local, value);
    return local;
  }

  /** Declares a local variable that later statements set on every path. */
  Expr declare(String name, String descriptor) {
    Expr local = Expr.local(name, descriptor, nextLocal);
    nextLocal += size(descriptor);
    return local;
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
    line(() -> "while (" + name + " < " + to.text() + ")");
    mv.visitLabel(top);
    i.push(mv);
    to.push(mv);
    mv.visitJumpInsn(Opcodes.IF_ICMPGE, end);
    listing.indented(
        () -> {
          body.accept(i);
          set(i, Expr.intPlus(i, Expr.intConstant(step)));
        });
    mv.visitJumpInsn(Opcodes.GOTO, top);
    mv.visitLabel(end);
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
    listing.indented(then);
    mv.visitLabel(end);
  }

  /** {@code if (condition) return value}, on one line. */
  void returnIf(Cond condition, Expr value) {
    Label end = new Label();
    line(() -> "if (" + condition.text() + ") return " + value.text());
    condition.jumpIfFalse().accept(mv, end);
    value.push(mv);
    mv.visitInsn(value.descriptor().equals(Expr.LONG) ? Opcodes.LRETURN : Opcodes.IRETURN);
    mv.visitLabel(end);
  }

  /** {@code if (condition) then else otherwise}. */
  void choose(Cond condition, Runnable then, Runnable otherwise) {
    Label elseLabel = new Label();
    Label end = new Label();
    line(() -> "if (" + condition.text() + ")");
    condition.jumpIfFalse().accept(mv, elseLabel);
    listing.indented(then);
    mv.visitJumpInsn(Opcodes.GOTO, end);
    mv.visitLabel(elseLabel);
    line("else");
    listing.indented(otherwise);
    mv.visitLabel(end);
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
    listing.indented(
        () -> {
          for (int i = 0; i < n; i++) {
            mv.visitLabel(labels[i]);
            eachCase.accept(i);
          }
        });
    mv.visitLabel(otherwise);
  }

  /** Repeats {@code body}, which leaves by a return or by {@link #tryAgainIf}, up to a limit. */
  void tries(int limit, Runnable body) {
    Expr left = let("tries", Expr.intConstant(limit));
    Label top = new Label();
    Label end = new Label();
    nextTry = new Label();
    line("while (tries != 0)");
    mv.visitLabel(top);
    left.push(mv);
    mv.visitJumpInsn(Opcodes.IFEQ, end);
    listing.indented(body);
    mv.visitLabel(nextTry);
    set(left, Expr.intPlus(left, Expr.intConstant(-1)));
    mv.visitJumpInsn(Opcodes.GOTO, top);
    mv.visitLabel(end);
    nextTry = null;
  }

  /** {@code if (condition) continue}, in the body of {@link #tries}. */
  void tryAgainIf(Cond condition) {
    Label end = new Label();
    line(() -> "if (" + condition.text() + ") continue");
    condition.jumpIfFalse().accept(mv, end);
    mv.visitJumpInsn(Opcodes.GOTO, nextTry);
    mv.visitLabel(end);
  }

  private void line(String text) {
    line(() -> text);
  }

  private void line(Supplier<String> text) {
    Label start = new Label();
    mv.visitLabel(start);
    mv.visitLineNumber(listing.line(text), start);
  }
}
