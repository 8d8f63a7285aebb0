package org.pagestamp.codegen;

import java.util.List;
import java.util.function.Supplier;
import org.objectweb.asm.Opcodes;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.Stage2Format;

/** Puts a class together that walks in two dimensions. */
final class NestedAssembler {
  private final NestedRole role;
  private final SlotLayout layout;
  private final ClassFrame frame;
  private final SlotPlan plan;
  private final Stage2Format format;
  private final DirectReads direct;

  NestedAssembler(NestedRole role, SlotLayout layout, String name) {
    this.role = role;
    this.layout = layout;
    plan = new SlotPlan(layout);
    frame = new ClassFrame(name, "GeneratedNestedWalker", NestedRole.class, plan);
    format = role.stage2().format();
    direct = DirectReads.of(plan, format.tableMask(), format.entryBytes());
  }

  WalkerClass assemble() {
    frame.head(role::toString, masks(), direct);
    NestedParts parts = parts();
    if (!plan.hasSlots() || plan.hasAccessors()) {
      frame.publicMethod(
          "walk", NestedParts.PARAMETERS, (code, p) -> code.ret(parts.call("exact", p)));
      return frame.end();
    }
    frame.publicMethod(
        "walk",
        NestedParts.PARAMETERS,
        (code, p) -> new NestedFastPath(parts, direct, code, p).write());
    if (direct != null) {
      frame
          .body()
          .method(
              Opcodes.ACC_PRIVATE,
              "search",
              Expr.LONG,
              NestedParts.PARAMETERS,
              (code, p) -> new NestedFastPath(parts, null, code, p).write());
    }
    parts.stage2().slots().write(frame.body(), true, false);
    if (parts.guestSlots() != parts.stage2().slots()) {
      parts.guestSlots().write(frame.body(), true, false);
    }
    if (role.guest().mode() != PagingMode.NO_PAGING) {
      parts.permissions().list(frame.listing());
    }
    return frame.end();
  }

  private List<Supplier<String>> masks() {
    return List.of(
        () ->
            "// ROOT2 " + Expr.hex(format.rootMask()) + ", FRAME " + Expr.hex(format.tableMask()));
  }

  private NestedParts parts() {
    Role guest = role.guest();
    EntryFormat entries = new EntryFormat(guest);
    SlotMethods slots =
        new SlotMethods(
            frame.owner(), plan, format.entryBytes(), layout.updateMode(), frame.constants());
    int guestBytes = guest.mode().entryBytes();
    SlotMethods guestSlots =
        guest.mode() == PagingMode.NO_PAGING || guestBytes == format.entryBytes()
            ? slots
            : SlotMethods.beside(slots, guestBytes, layout.updateMode());
    long alwaysOne = EntryBits.P | (plan.allReadOnly() ? 0 : EntryBits.A);
    long alwaysZero = guest.mode() == PagingMode.NO_PAGING ? 0 : entries.reservedInAll();
    PermissionFields permissions =
        new PermissionFields(guest, null, frame.constants(), alwaysOne, EntryBits.D, alwaysZero);
    return new NestedParts(
        role,
        Stage2Parts.of(frame.owner(), format, plan, slots, frame.constants()),
        entries,
        new ResultFormat(guest, entries),
        guestSlots,
        permissions);
  }
}
