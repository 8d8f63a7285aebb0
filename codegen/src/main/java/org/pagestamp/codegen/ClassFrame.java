package org.pagestamp.codegen;

import java.util.List;
import java.util.function.Supplier;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.pagestamp.codegen.ClassBody.Parameter;
import org.pagestamp.slot.SlotLayout;

/** A class under construction that is stamped for a role and a layout: all but its methods. */
final class ClassFrame {
  private static final String PACKAGE = "org/pagestamp/codegen/";

  /** How many slots the head of a listing names. */
  private static final int SLOTS_LISTED = 16;

  private final String name;
  private final String superclass;
  private final String constructor;
  private final SlotPlan plan;
  private final Listing listing = new Listing();
  private final ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
  private final ClassConstants constants;
  private final ClassBody body;

  /**
   * Without methods.
   *
   * @param name its simple name
   * @param superclass simple name of its superclass
   * @param role what its constructor takes beside the layout
   */
  ClassFrame(String name, String superclass, Class<?> role, SlotPlan plan) {
    this.name = name;
    this.superclass = PACKAGE + superclass;
    this.constructor =
        Type.getMethodDescriptor(
            Type.VOID_TYPE, Type.getType(role), Type.getType(SlotLayout.class));
    this.plan = plan;
    this.constants = new ClassConstants(owner());
    this.body = new ClassBody(owner(), writer, listing);
  }

  /** Internal name of the class. */
  String owner() {
    return PACKAGE + name;
  }

  Listing listing() {
    return listing;
  }

  ClassConstants constants() {
    return constants;
  }

  ClassBody body() {
    return body;
  }

  /**
   * Begins the class, and the listing.
   *
   * @param role the role in words
   * @param masks what else the listing's head tells
   * @param direct how entries are read without a search, or null
   */
  void head(Supplier<String> role, List<Supplier<String>> masks, DirectReads direct) {
    writer.visit(
        Opcodes.V25, Opcodes.ACC_FINAL | Opcodes.ACC_SUPER, owner(), null, superclass, null);
    writer.visitSource(name + ".walk", null);
    listing.line(() -> "// " + name + ": " + role.get());
    listing.line(() -> "// " + plan.count() + " slots, " + plan.writable() + " writable");
    for (int i = 0; i < Math.min(plan.count(), SLOTS_LISTED); i++) {
      String likely = i == plan.likely() ? ", tried first" : "";
      int number = i;
      listing.line(() -> "//   slot " + number + " " + plan.slot(number) + likely);
    }
    masks.forEach(listing::line);
    if (plan.count() > SLOTS_LISTED) {
      listing.line(() -> "//   and " + (plan.count() - SLOTS_LISTED) + " more");
    }
    if (direct != null) {
      listing.line(() -> "// " + direct.legend());
    }
    writeConstructor();
  }

  private void writeConstructor() {
    MethodVisitor mv = writer.visitMethod(0, "<init>", constructor, null, null);
    mv.visitCode();
    mv.visitVarInsn(Opcodes.ALOAD, 0);
    mv.visitVarInsn(Opcodes.ALOAD, 1);
    mv.visitVarInsn(Opcodes.ALOAD, 2);
    mv.visitMethodInsn(Opcodes.INVOKESPECIAL, superclass, "<init>", constructor, false);
    mv.visitInsn(Opcodes.RETURN);
    mv.visitMaxs(0, 0);
    mv.visitEnd();
  }

  void publicMethod(String method, List<Parameter> parameters, ClassBody.Body statements) {
    body.method(Opcodes.ACC_PUBLIC, method, Expr.LONG, parameters, statements);
  }

  void privateMethod(String method, List<Parameter> parameters, ClassBody.Body statements) {
    body.method(Opcodes.ACC_PRIVATE, method, Expr.LONG, parameters, statements);
  }

  /** Ends the class. */
  WalkerClass end() {
    constants.write(writer);
    writer.visitEnd();
    byte[] classFile = writer.toByteArray();
    return new WalkerClass(name, classFile, listing::toString, body.sizes(), constants.classData());
  }
}
