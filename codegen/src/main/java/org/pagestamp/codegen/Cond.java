package org.pagestamp.codegen;

import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * A condition of a generated method: what the listing prints, and the jump taken when it is false.
 */
record Cond(Supplier<String> printed, BiConsumer<MethodVisitor, Label> jumpIfFalse) {
  /** The condition as the listing prints it. */
  String text() {
    return printed.get();
  }

  static Cond isZero(Expr value) {
    return compare(value, "==", zero(value), Opcodes.IFNE);
  }

  static Cond isNotZero(Expr value) {
    return compare(value, "!=", zero(value), Opcodes.IFEQ);
  }

  static Cond equal(Expr left, Expr right) {
    return compare(left, "==", right, Opcodes.IFNE);
  }

  static Cond notEqual(Expr left, Expr right) {
    return compare(left, "!=", right, Opcodes.IFEQ);
  }

  static Cond less(Expr left, Expr right) {
    return compare(left, "<", right, Opcodes.IFGE);
  }

  static Cond notLess(Expr left, Expr right) {
    return compare(left, ">=", right, Opcodes.IFLT);
  }

  /** Unsigned; in the shape that C2 merges with a bounds check against the same limit. */
  static Cond below(Expr left, Expr right) {
    return unsigned(left, "<u", right, Opcodes.IFGE);
  }

  static Cond notBelow(Expr left, Expr right) {
    return unsigned(left, ">=u", right, Opcodes.IFLT);
  }

  /** The same condition under a name that says what it means. */
  Cond printedAs(Supplier<String> shorter) {
    return new Cond(shorter, jumpIfFalse);
  }

  static Cond isTrue(Expr bool) {
    return new Cond(
        bool::text,
        (mv, target) -> {
          bool.push(mv);
          mv.visitJumpInsn(Opcodes.IFEQ, target);
        });
  }

  static Cond isFalse(Expr bool) {
    return new Cond(
        () -> "!" + bool.operand(),
        (mv, target) -> {
          bool.push(mv);
          mv.visitJumpInsn(Opcodes.IFNE, target);
        });
  }

  static Cond isNotNull(Expr reference) {
    return new Cond(
        () -> reference.text() + " != null",
        (mv, target) -> {
          reference.push(mv);
          mv.visitJumpInsn(Opcodes.IFNULL, target);
        });
  }

  /** Both conditions; the second is evaluated only if the first holds. */
  Cond and(Cond other) {
    return new Cond(
        () -> text() + " && " + other.text(),
        (mv, target) -> {
          jumpIfFalse.accept(mv, target);
          other.jumpIfFalse.accept(mv, target);
        });
  }

  private static Expr zero(Expr like) {
    return like.descriptor().equals(Expr.LONG) ? Expr.constant(0) : Expr.intConstant(0);
  }

  private static Cond compare(Expr left, String operator, Expr right, int jump) {
    return new Cond(
        () -> left.operand() + " " + operator + " " + right.operand(),
        (mv, target) -> {
          left.push(mv);
          if (left.descriptor().equals(Expr.LONG)) {
            right.push(mv);
            mv.visitInsn(Opcodes.LCMP);
          } else if (!right.isConstant(0)) {
            right.push(mv);
            mv.visitInsn(Opcodes.ISUB);
          }
          mv.visitJumpInsn(jump, target);
        });
  }

  private static Cond unsigned(Expr left, String operator, Expr right, int jump) {
    boolean wide = left.descriptor().equals(Expr.LONG);
    return new Cond(
        () -> left.operand() + " " + operator + " " + right.operand(),
        (mv, target) -> {
          left.push(mv);
          right.push(mv);
          mv.visitMethodInsn(
              Opcodes.INVOKESTATIC,
              wide ? "java/lang/Long" : "java/lang/Integer",
              "compareUnsigned",
              wide ? "(JJ)I" : "(II)I",
              false);
          mv.visitJumpInsn(jump, target);
        });
  }
}
