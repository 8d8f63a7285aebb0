package org.pagestamp.codegen;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.objectweb.asm.Opcodes;
import org.pagestamp.codegen.ClassBody.Parameter;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;

/** Puts a walker class together: constants, constructor, and the methods of a walk. */
final class WalkerAssembler {
  private static final List<Parameter> WALK_PARAMETERS =
      List.of(
          new Parameter("vcpu", "Lorg/pagestamp/walk/VcpuState;"),
          new Parameter("gva", Expr.LONG),
          new Parameter("access", Expr.INT));

  private final Role role;
  private final SlotLayout layout;
  private final ClassFrame frame;
  private final String owner;
  private final SlotPlan plan;
  private final UpdatePolicy updates;
  private final DirectReads direct;
  private final ClassBody body;

  WalkerAssembler(Role role, SlotLayout layout, String name) {
    this.role = role;
    this.layout = layout;
    this.plan = new SlotPlan(layout);
    this.updates = new UpdatePolicy(role.choices(), plan);
    this.frame = new ClassFrame(name, "GeneratedWalker", Role.class, plan);
    this.owner = frame.owner();
    this.direct = DirectReads.of(plan, role.mode());
    this.body = frame.body();
  }

  WalkerClass assemble() {
    frame.head(role::toString, masks(), direct);
    WalkerParts parts = parts();
    writeWalks(parts);
    if (hasFastPath() && BatchMethods.areOf(role, plan)) {
      new BatchMethods(parts).write(body);
    }
    if (role.mode() != PagingMode.NO_PAGING) {
      parts.slots().write(body, hasFastPath(), parts.stores(), updates.meetsReadOnly());
    } else {
      parts.slots().writeForPagesOnly(body);
    }
    if (role.mode() != PagingMode.NO_PAGING) {
      parts.permissions().list(frame.listing());
    }
    return frame.end();
  }

  private WalkerParts parts() {
    EntryFormat entries = new EntryFormat(role);
    long alwaysOne = EntryBits.P | (updates.needsAccessed() ? EntryBits.A : 0);
    PermissionFields permissions =
        new PermissionFields(
            role,
            plan,
            frame.constants(),
            alwaysOne,
            EntryBits.D,
            entries.reservedInAll(),
            hasFastPath() ? entries.rareInLeaves() : List.of());
    SlotMethods slots =
        new SlotMethods(
            owner,
            plan,
            role.mode().entryBytes(),
            layout.updateMode(),
            role.choices().store(),
            frame.constants());
    return new WalkerParts(
        owner, role, plan, entries, new ResultFormat(role, entries), slots, permissions);
  }

  private List<Supplier<String>> masks() {
    return role.mode() == PagingMode.NO_PAGING
        ? List.of()
        : List.of(
            () ->
                "// ROOT "
                    + Expr.hex(role.mode().rootMask())
                    + ", FRAME "
                    + Expr.hex(role.mode().tableMask()));
  }

  /** {@code walk} is the fast path where there is one, and the exact path otherwise. */
  private void writeWalks(WalkerParts parts) {
    if (!hasFastPath() && !parts.stores()) {
      writePublic("walk", (code, p) -> new ExactPath(parts, code, p).write());
      writePublic("probe", (code, p) -> code.ret(Expr.own(owner, "walk", WalkerParts.WALK, p)));
      return;
    }
    if (!hasFastPath()) {
      writePublic("walk", (code, p) -> code.ret(parts.callExact(p[0], p[1], p[2])));
      writeExact(parts);
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
    writeExact(parts);
  }

  private void writeExact(WalkerParts parts) {
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
    return role.mode() != PagingMode.NO_PAGING && plan.hasSlots() && updates.allowsFastPath();
  }

  private void writePublic(String method, ClassBody.Body statements) {
    frame.publicMethod(method, WALK_PARAMETERS, statements);
  }
}
