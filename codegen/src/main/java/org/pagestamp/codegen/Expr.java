package org.pagestamp.codegen;

import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * An expression of a generated method: one object that prints itself into the listing and pushes
 * its value in bytecode, so that the listing cannot say something else than the class does. It
 * prints itself only when asked: most classes are stamped without anybody reading them.
 *
 * <p>Factories fold what the role and the layout make trivial: {@code x + 0}, {@code x & -1}.
 */
final class Expr {
  /** The descriptors of primitive types in use. */
  static final String LONG = "J";

  static final String INT = "I";
  static final String BOOLEAN = "Z";

  /** Of methods that return nothing. */
  static final String VOID = "V";

  private final String descriptor;
  private final Supplier<String> text;

  /** The operator at the root of a compound expression, else empty. */
  private final String operator;

  private final Long constant;
  private final Consumer<MethodVisitor> push;

  private Expr(
      String descriptor,
      Supplier<String> text,
      String operator,
      Long constant,
      Consumer<MethodVisitor> push) {
    this.descriptor = descriptor;
    this.text = text;
    this.operator = operator;
    this.constant = constant;
    this.push = push;
  }

  String descriptor() {
    return descriptor;
  }

  /** The expression as the listing prints it. */
  String text() {
    return text.get();
  }

  /** The expression as an operand of another: in parentheses if it is compound. */
  String operand() {
    return operator.isEmpty() ? text() : "(" + text() + ")";
  }

  /** As {@link #operand}, without parentheses where order does not matter. */
  private String operandOf(String associative) {
    return operator.equals(associative) && "&|".contains(associative) ? text() : operand();
  }

  void push(MethodVisitor mv) {
    push.accept(mv);
  }

  boolean isConstant(long value) {
    return constant != null && constant == value;
  }

  // Leaves of expressions.

  static Expr constant(long value) {
    return new Expr(LONG, () -> hex(value), "", value, mv -> pushLong(mv, value));
  }

  /** A constant that the listing calls by name. */
  static Expr constant(String name, long value) {
    return new Expr(LONG, () -> name, "", value, mv -> pushLong(mv, value));
  }

  static Expr intConstant(int value) {
    return new Expr(INT, () -> Integer.toString(value), "", (long) value, mv -> pushInt(mv, value));
  }

  static Expr bool(boolean value) {
    return intConstant(value ? 1 : 0).printedAs(Boolean.toString(value));
  }

  static Expr local(String name, String descriptor, int index) {
    int opcode =
        switch (descriptor) {
          case LONG -> Opcodes.LLOAD;
          case INT, BOOLEAN -> Opcodes.ILOAD;
          default -> Opcodes.ALOAD;
        };
    return new Expr(descriptor, () -> name, "", null, mv -> mv.visitVarInsn(opcode, index));
  }

  /** The object whose method it is. */
  static Expr self() {
    return local("this", "Ljava/lang/Object;", 0);
  }

  /** Pops the top of the stack into a local variable. */
  static void store(Expr local, MethodVisitor target) {
    local.push(
        new MethodVisitor(Opcodes.ASM9) {
          @Override
          public void visitVarInsn(int loadOpcode, int index) {
            target.visitVarInsn(loadOpcode + (Opcodes.ISTORE - Opcodes.ILOAD), index);
          }
        });
  }

  static Expr staticField(String owner, String name, String descriptor) {
    return new Expr(
        descriptor,
        () -> name,
        "",
        null,
        mv -> mv.visitFieldInsn(Opcodes.GETSTATIC, owner, name, descriptor));
  }

  // Arithmetic on longs.

  static Expr and(Expr left, Expr right) {
    return right.isConstant(-1) ? left : binary(left, "&", Opcodes.LAND, right);
  }

  static Expr or(Expr left, Expr right) {
    if (right.isConstant(0)) {
      return left;
    }
    return left.isConstant(0) ? right : binary(left, "|", Opcodes.LOR, right);
  }

  static Expr xor(Expr left, Expr right) {
    return binary(left, "^", Opcodes.LXOR, right);
  }

  /** All bits inverted. */
  static Expr not(Expr value) {
    Expr inverted = xor(value, constant(-1));
    return new Expr(LONG, () -> "~" + value.operand(), "", null, inverted.push);
  }

  static Expr plus(Expr left, Expr right) {
    return right.isConstant(0) ? left : binary(left, "+", Opcodes.LADD, right);
  }

  static Expr minus(Expr left, Expr right) {
    return right.isConstant(0) ? left : binary(left, "-", Opcodes.LSUB, right);
  }

  static Expr shiftLeft(Expr value, int count) {
    return shift(value, "<<", Opcodes.LSHL, count);
  }

  static Expr shiftRight(Expr value, int count) {
    return shift(value, ">>>", Opcodes.LUSHR, count);
  }

  static Expr shiftRight(Expr value, Expr count) {
    return binary(value, ">>>", Opcodes.LUSHR, count);
  }

  static Expr signedShiftRight(Expr value, int count) {
    return shift(value, ">>", Opcodes.LSHR, count);
  }

  /** Rotation to the right. */
  static Expr rotate(Expr value, int count) {
    Expr distance = intConstant(count);
    Expr rotated = call("java/lang/Long", "rotateRight", "(JI)J", value, distance);
    return new Expr(
        LONG, () -> value.operand() + " ror " + distance.text(), "ror", null, rotated.push);
  }

  private static Expr shift(Expr value, String operator, int opcode, int count) {
    return count == 0 ? value : binary(value, operator, opcode, intConstant(count));
  }

  // Arithmetic on ints.

  static Expr intAnd(Expr left, Expr right) {
    return binary(left, "&", Opcodes.IAND, right);
  }

  static Expr intOr(Expr left, Expr right) {
    return binary(left, "|", Opcodes.IOR, right);
  }

  static Expr intPlus(Expr left, Expr right) {
    return binary(left, "+", Opcodes.IADD, right);
  }

  static Expr intMinus(Expr left, Expr right) {
    return binary(left, "-", Opcodes.ISUB, right);
  }

  static Expr intShiftLeft(Expr value, int count) {
    return binary(value, "<<", Opcodes.ISHL, intConstant(count));
  }

  static Expr intShiftRight(Expr value, Expr count) {
    return binary(value, ">>>", Opcodes.IUSHR, count);
  }

  private static Expr binary(Expr left, String operator, int opcode, Expr right) {
    return new Expr(
        left.descriptor,
        () -> left.operandOf(operator) + " " + operator + " " + right.operandOf(operator),
        operator,
        null,
        mv -> {
          left.push(mv);
          right.push(mv);
          mv.visitInsn(opcode);
        });
  }

  static Expr toInt(Expr value) {
    return converted(INT, () -> "(int) " + value.operand(), "", value, Opcodes.L2I);
  }

  /** Sign extension. */
  static Expr toLong(Expr value) {
    return converted(LONG, value.text, value.operator, value, Opcodes.I2L);
  }

  /** Zero extension. */
  static Expr toUnsignedLong(Expr value) {
    Expr wide = and(toLong(value), constant(0xFFFF_FFFFL));
    return new Expr(LONG, value.text, value.operator, null, wide.push);
  }

  private static Expr converted(
      String descriptor, Supplier<String> text, String operator, Expr value, int opcode) {
    return new Expr(
        descriptor,
        text,
        operator,
        null,
        mv -> {
          value.push(mv);
          mv.visitInsn(opcode);
        });
  }

  // Arrays and calls.

  static Expr element(Expr array, Expr index) {
    String component =
        switch (array.descriptor.charAt(1)) {
          case 'J' -> LONG;
          case 'I' -> INT;
          default -> array.descriptor.substring(1);
        };
    int opcode =
        switch (component) {
          case LONG -> Opcodes.LALOAD;
          case INT -> Opcodes.IALOAD;
          default -> Opcodes.AALOAD;
        };
    return new Expr(
        component,
        () -> array.text() + "[" + index.text() + "]",
        "",
        null,
        mv -> {
          array.push(mv);
          index.push(mv);
          mv.visitInsn(opcode);
        });
  }

  /** A call of an instance method of the class itself, printed as {@code name(arguments)}. */
  static Expr own(String owner, String name, String descriptor, Expr... arguments) {
    return new Expr(
        returned(descriptor),
        () -> name + texts(arguments),
        "",
        null,
        mv -> {
          mv.visitVarInsn(Opcodes.ALOAD, 0);
          pushAll(mv, arguments);
          mv.visitMethodInsn(Opcodes.INVOKEVIRTUAL, owner, name, descriptor, false);
        });
  }

  /** A static call, printed as {@code name(arguments)}. */
  static Expr call(String owner, String name, String descriptor, Expr... arguments) {
    return new Expr(
        returned(descriptor),
        () -> name + texts(arguments),
        "",
        null,
        mv -> {
          pushAll(mv, arguments);
          mv.visitMethodInsn(Opcodes.INVOKESTATIC, owner, name, descriptor, false);
        });
  }

  /** An instance call, printed as {@code receiver.name(arguments)}. */
  static Expr invoke(
      Expr receiver, boolean isInterface, String name, String descriptor, Expr... arguments) {
    String owner = receiver.descriptor.substring(1, receiver.descriptor.length() - 1);
    return new Expr(
        returned(descriptor),
        () -> receiver.text() + "." + name + texts(arguments),
        "",
        null,
        mv -> {
          receiver.push(mv);
          pushAll(mv, arguments);
          int opcode = isInterface ? Opcodes.INVOKEINTERFACE : Opcodes.INVOKEVIRTUAL;
          mv.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
        });
  }

  private static String returned(String methodDescriptor) {
    return methodDescriptor.substring(methodDescriptor.indexOf(')') + 1);
  }

  private static String texts(Expr... arguments) {
    return Stream.of(arguments).map(Expr::text).collect(Collectors.joining(", ", "(", ")"));
  }

  private static void pushAll(MethodVisitor mv, Expr... arguments) {
    for (Expr argument : arguments) {
      argument.push(mv);
    }
  }

  /** The same expression under a name that says what it means. */
  Expr printedAs(String name) {
    return printedAs(() -> name);
  }

  /** Prints {@code name[offset]} for what would be a call with details that do not matter. */
  Expr printedAs(Supplier<String> shorter) {
    return new Expr(descriptor, shorter, "", constant, push);
  }

  static String hex(long value) {
    if (value < 0 && value > -(1L << 52)) {
      return "-" + hex(-value);
    }
    return value >= 0 && value < 10
        ? Long.toString(value)
        : "0x" + Long.toHexString(value).toLowerCase(Locale.ROOT);
  }

  private static void pushLong(MethodVisitor mv, long value) {
    if (value == 0 || value == 1) {
      mv.visitInsn(value == 0 ? Opcodes.LCONST_0 : Opcodes.LCONST_1);
    } else {
      mv.visitLdcInsn(value);
    }
  }

  static void pushInt(MethodVisitor mv, int value) {
    if (value >= -1 && value <= 5) {
      mv.visitInsn(Opcodes.ICONST_0 + value);
    } else if (value == (byte) value) {
      mv.visitIntInsn(Opcodes.BIPUSH, value);
    } else if (value == (short) value) {
      mv.visitIntInsn(Opcodes.SIPUSH, value);
    } else {
      mv.visitLdcInsn(value);
    }
  }
}
