package org.pagestamp.codegen;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.pagestamp.codegen.ClassBody.Parameter;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;

/** Puts a walker class together: constants, constructor, and the methods of a walk. */
final class WalkerAssembler {
  private static final String PACKAGE = "org/pagestamp/codegen/";
  private static final String SUPERCLASS = PACKAGE + "GeneratedWalker";
  private static final String CONSTRUCTOR =
      "(Lorg/pagestamp/mode/Role;Lorg/pagestamp/slot/SlotLayout;)V";
  private static final List<Parameter> WALK_PARAMETERS =
      List.of(
          new Parameter("vcpu", "Lorg/pagestamp/walk/VcpuState;"),
          new Parameter("gva", Expr.LONG),
          new Parameter("access", Expr.INT));

  /** How many slots the head of a listing names. */
  private static final int SLOTS_LISTED = 16;

  private final Role role;
  private final SlotLayout layout;
  private final String name;
  private final String owner;
  private final SlotPlan plan;
  private final DirectReads direct;
  private final ClassConstants constants;
  private final Listing listing = new Listing();
  private final ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
  private final ClassBody body;

  WalkerAssembler(Role role, SlotLayout layout, String name) {
    this.role = role;
    this.layout = layout;
    this.name = name;
    this.plan = new SlotPlan(layout);
    this.owner = PACKAGE + name;
    this.direct = DirectReads.of(plan, role.mode());
    this.constants = new ClassConstants(owner);
    this.body = new ClassBody(owner, writer, listing);
  }

  WalkerClass assemble() {
    writer.visit(Opcodes.V25, Opcodes.ACC_FINAL | Opcodes.ACC_SUPER, owner, null, SUPERCLASS, null);
    writer.visitSource(name + ".walk", null);
    writeHead();
    writeConstructor();
    WalkerParts parts = parts();
    writeWalks(parts);
    if (role.mode() != PagingMode.NO_PAGING && BatchMethods.areOf(plan)) {
      new BatchMethods(parts).write(body);
    }
    if (role.mode() != PagingMode.NO_PAGING) {
      parts.slots().write(body, hasFastPath(), parts.stores());
    } else {
      parts.slots().writeForPagesOnly(body);
    }
    if (role.mode() != PagingMode.NO_PAGING) {
      parts.permissions().list(listing);
    }
    constants.write(writer);
    writer.visitEnd();
    byte[] classFile = writer.toByteArray();
    return new WalkerClass(name, classFile, listing::toString, body.sizes(), constants.classData());
  }

  private WalkerParts parts() {
    EntryFormat entries = new EntryFormat(role);
    long alwaysOne = EntryBits.P | (plan.allReadOnly() ? 0 : EntryBits.A);
    PermissionFields permissions =
        new PermissionFields(
            role, plan, constants, alwaysOne, EntryBits.D, entries.reservedInAll());
    SlotMethods slots =
        new SlotMethods(owner, plan, role.mode().entryBytes(), layout.updateMode(), constants);
    return new WalkerParts(
        owner, role, plan, entries, new ResultFormat(role, entries), slots, permissions);
  }

  private void writeHead() {
    listing.line(() -> "// " + name + ": " + role);
    listing.line(() -> "// " + plan.count() + " slots, " + plan.writable() + " writable");
    for (int i = 0; i < Math.min(plan.count(), SLOTS_LISTED); i++) {
      String likely = i == plan.likely() ? ", tried first" : "";
      int number = i;
      listing.line(() -> "//   slot " + number + " " + plan.slot(number) + likely);
    }
    if (role.mode() != PagingMode.NO_PAGING) {
      listing.line(this::masks);
    }
    if (plan.count() > SLOTS_LISTED) {
      listing.line(() -> "//   and " + (plan.count() - SLOTS_LISTED) + " more");
    }
    if (direct != null) {
      listing.line(() -> "// " + direct.legend());
    }
  }

  private String masks() {
    String root = Expr.hex(role.mode().rootMask());
    return "// ROOT " + root + ", FRAME " + Expr.hex(role.mode().tableMask());
  }

  private void writeConstructor() {
    MethodVisitor mv = writer.visitMethod(0, "<init>", CONSTRUCTOR, null, null);
    mv.visitCode();
    mv.visitVarInsn(Opcodes.ALOAD, 0);
    mv.visitVarInsn(Opcodes.ALOAD, 1);
    mv.visitVarInsn(Opcodes.ALOAD, 2);
    mv.visitMethodInsn(Opcodes.INVOKESPECIAL, SUPERCLASS, "<init>", CONSTRUCTOR, false);
    mv.visitInsn(Opcodes.RETURN);
    mv.visitMaxs(0, 0);
    mv.visitEnd();
  }

  /** {@code walk} is the fast path where there is one, and the exact path otherwise. */
  private void writeWalks(WalkerParts parts) {
    if (!hasFastPath()) {
      writePublic("walk", (code, p) -> new ExactPath(parts, code, p).write());
      writePublic("probe", (code, p) -> code.ret(Expr.own(owner, "walk", WalkerParts.WALK, p)));
      return;
    }
    LeafMethods leaves = new LeafMethods(parts, direct);
    writePublic("walk", (code, p) -> new FastPath(parts, leaves, direct, code, p).write());
    if (direct != null) {
      body.method(
          Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC,
          "search",
          Expr.LONG,
          WALK_PARAMETERS,
          (code, p) -> new FastPath(parts, leaves, null, code, p).write());
    }
    leaves.write(body, WALK_PARAMETERS);
    List<Parameter> exactParameters = new ArrayList<>(WALK_PARAMETERS);
    if (parts.stores()) {
      exactParameters.add(new Parameter("stores", Expr.BOOLEAN));
    }
    body.method(
        Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC,
        "exact",
        Expr.LONG,
        exactParameters,
        (code, p) -> new ExactPath(parts, code, p).write());
    writePublic("probe", (code, p) -> code.ret(parts.callExact(p[0], p[1], p[2], false)));
  }

  private boolean hasFastPath() {
    return role.mode() != PagingMode.NO_PAGING && plan.hasSlots();
  }

  private void writePublic(String method, ClassBody.Body statements) {
    body.method(Opcodes.ACC_PUBLIC, method, Expr.LONG, WALK_PARAMETERS, statements);
  }
}
