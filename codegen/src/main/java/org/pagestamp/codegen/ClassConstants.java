package org.pagestamp.codegen;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * The objects that a generated class refers to: static final fields, filled from the class data
 * when the class is initialized, so that the JIT treats segments and arrays as constants.
 */
final class ClassConstants {
  private static final String LIST = "java/util/List";

  private record Constant(String name, Class<?> type, Object value, Expr field) {}

  private final String owner;
  private final List<Constant> constants = new ArrayList<>();

  ClassConstants(String owner) {
    this.owner = owner;
  }

  /** A field with this value; the same field again if there is one of that name. */
  Expr field(String name, Class<?> type, Supplier<Object> value) {
    for (Constant constant : constants) {
      if (constant.name().equals(name)) {
        return constant.field();
      }
    }
    Expr field = Expr.staticField(owner, name, Type.getDescriptor(type));
    constants.add(new Constant(name, type, value.get(), field));
    return field;
  }

  /** The class data, in the order of the fields. */
  List<Object> classData() {
    return constants.stream().map(Constant::value).toList();
  }

  /** Emits the fields and the initializer that fills them. */
  void write(ClassVisitor visitor) {
    for (Constant constant : constants) {
      visitor
          .visitField(
              Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_FINAL,
              constant.name(),
              Type.getDescriptor(constant.type()),
              null,
              null)
          .visitEnd();
    }
    MethodVisitor mv = visitor.visitMethod(Opcodes.ACC_STATIC, "<clinit>", "()V", null, null);
    mv.visitCode();
    pushClassData(mv);
    mv.visitVarInsn(Opcodes.ASTORE, 0);
    for (int i = 0; i < constants.size(); i++) {
      Constant constant = constants.get(i);
      mv.visitVarInsn(Opcodes.ALOAD, 0);
      Expr.pushInt(mv, i);
      mv.visitMethodInsn(Opcodes.INVOKEINTERFACE, LIST, "get", "(I)Ljava/lang/Object;", true);
      mv.visitTypeInsn(Opcodes.CHECKCAST, Type.getInternalName(constant.type()));
      mv.visitFieldInsn(
          Opcodes.PUTSTATIC, owner, constant.name(), Type.getDescriptor(constant.type()));
    }
    mv.visitInsn(Opcodes.RETURN);
    mv.visitMaxs(0, 0);
    mv.visitEnd();
  }

  private static void pushClassData(MethodVisitor mv) {
    String handles = "java/lang/invoke/MethodHandles";
    mv.visitMethodInsn(
        Opcodes.INVOKESTATIC,
        handles,
        "lookup",
        "()Ljava/lang/invoke/MethodHandles$Lookup;",
        false);
    mv.visitLdcInsn("_"); // the name that MethodHandles.classData asks for
    mv.visitLdcInsn(Type.getObjectType(LIST));
    mv.visitMethodInsn(
        Opcodes.INVOKESTATIC,
        handles,
        "classData",
        "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/Class;)"
            + "Ljava/lang/Object;",
        false);
    mv.visitTypeInsn(Opcodes.CHECKCAST, LIST);
  }
}
