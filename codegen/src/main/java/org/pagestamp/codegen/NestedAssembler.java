package org.pagestamp.codegen;

import java.util.List;
import org.pagestamp.choice.EntryStore;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedOption;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.TableAccess;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.PmlRule;
import org.pagestamp.stage2.Stage2Format;

/** Puts a class together that walks in two dimensions. */
final class NestedAssembler {
  private final NestedRole role;
  private final SlotLayout layout;
  private final ClassFrame frame;
  private final SlotPlan plan;
  private final UpdatePolicy updates;
  private final Stage2Format format;
  private final DirectReads direct;

  NestedAssembler(NestedRole role, SlotLayout layout, String name) {
    this.role = role;
    this.layout = layout;
    plan = new SlotPlan(layout);
    updates = new UpdatePolicy(role.guest().choices(), plan);
    frame = new ClassFrame(name, "GeneratedNestedWalker", NestedRole.class, plan);
    format = role.stage2().format();
    direct = DirectReads.of(plan, format.tableMask(), format.entryBytes());
  }

  WalkerClass assemble() {
    NestedParts parts = parts();
    frame.head(role::toString, List.of(parts.stage2().entries()::legend), direct);
    ClassBody body = frame.body();
    if (hasFastPath()) {
      frame.publicMethod(
          "walk",
          NestedParts.PARAMETERS,
          (code, p) -> new NestedFastPath(parts, direct, code, p).write());
      if (direct != null) {
        frame.privateMethod(
            "search",
            NestedParts.PARAMETERS,
            (code, p) -> new NestedFastPath(parts, null, code, p).write());
      }
      frame.publicMethod(
          "pack",
          NestedParts.PACKED,
          (code, p) -> code.ret(parts.stage2().results().success(p[0], p[1])));
      frame.privateMethod(
          "exact",
          NestedParts.PARAMETERS,
          (code, p) -> new NestedExactPath(parts, code, p).write());
    } else {
      frame.publicMethod(
          "walk", NestedParts.PARAMETERS, (code, p) -> new NestedExactPath(parts, code, p).write());
    }
    if (hasFastPath() && NestedBatchMethods.areOf(role)) {
      new NestedBatchMethods(parts, direct).write(body);
    }
    if (parts.stage2().updates()) {
      parts.writeThroughStage2(body);
    }
    Stage2ExactPath.write(body, parts.stage2());
    writeSlots(parts);
    if (role.guest().mode() != PagingMode.NO_PAGING) {
      parts.permissions().list(frame.listing());
    }
    return frame.end();
  }

  private boolean hasFastPath() {
    return plan.allowsEarlyReads()
        && updates.allowsFastPath()
        && format.pmlRule() != PmlRule.ALWAYS;
  }

  private void writeSlots(NestedParts parts) {
    SlotMethods slots = parts.stage2().slots();
    boolean guestStores = role.guest().mode() != PagingMode.NO_PAGING && updates.stores();
    if (parts.guestSlots() == slots) {
      boolean stores = guestStores || parts.stage2().updates();
      slots.write(frame.body(), hasFastPath(), stores, !plan.allWritable());
    } else {
      slots.write(frame.body(), hasFastPath(), parts.stage2().updates(), !plan.allWritable());
      parts.guestSlots().write(frame.body(), hasFastPath(), guestStores, updates.meetsReadOnly());
    }
  }

  private NestedParts parts() {
    Role guest = role.guest();
    EntryFormat entries = new EntryFormat(guest);
    SlotMethods slots =
        new SlotMethods(
            frame.owner(),
            plan,
            format.entryBytes(),
            layout.updateMode(),
            EntryStore.COMPARE_ALL,
            frame.constants());
    boolean needsAccessed =
        updates.needsAccessed() || role.tableAccess() == TableAccess.WRITE_TO_UPDATE;
    long alwaysOne = EntryBits.P | (needsAccessed ? EntryBits.A : 0);
    long alwaysZero = guest.mode() == PagingMode.NO_PAGING ? 0 : entries.reservedInAll();
    PermissionFields permissions =
        new PermissionFields(
            guest, null, frame.constants(), alwaysOne, EntryBits.D, alwaysZero, List.of());
    return new NestedParts(
        role,
        Stage2Parts.of(frame.owner(), format, plan, slots, frame.constants()),
        entries,
        new ResultFormat(guest, entries),
        guestSlots(slots),
        permissions,
        updates);
  }

  /** Those of stage 2, if entries of both have one size, are stored and logged in one way. */
  private SlotMethods guestSlots(SlotMethods ofStage2) {
    Role guest = role.guest();
    int bytes = guest.mode().entryBytes();
    EntryStore store = guest.choices().store();
    boolean marksGuestFrame =
        role.has(NestedOption.GUEST_FRAME_MARKED) && updates.stores() && plan.logsAnyPages();
    boolean alike =
        bytes == format.entryBytes() && store == EntryStore.COMPARE_ALL && !marksGuestFrame;
    return alike || guest.mode() == PagingMode.NO_PAGING
        ? ofStage2
        : SlotMethods.beside(ofStage2, bytes, layout.updateMode(), store, marksGuestFrame);
  }
}
