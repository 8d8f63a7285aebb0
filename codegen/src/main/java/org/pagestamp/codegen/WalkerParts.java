package org.pagestamp.codegen;

import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

/**
 * What the emitters of one class have in common.
 *
 * @param owner internal name of the class
 * @param role what it is stamped for
 * @param plan the slots it is stamped for
 * @param entries expressions over entries
 * @param results expressions over results
 * @param slots calls of the slot methods
 * @param permissions expressions over the permission masks
 */
record WalkerParts(
    String owner,
    Role role,
    SlotPlan plan,
    EntryFormat entries,
    ResultFormat results,
    SlotMethods slots,
    PermissionFields permissions) {
  static final String WALK = "(Lorg/pagestamp/walk/VcpuState;JI)J";
  private static final String WALK_OR_PROBE = "(Lorg/pagestamp/walk/VcpuState;JIZ)J";

  /** Whether walks of the class store into entries at all. */
  boolean stores() {
    return role.mode() != PagingMode.NO_PAGING && updates().stores();
  }

  /** What becomes of accessed and dirty bits. */
  UpdatePolicy updates() {
    return new UpdatePolicy(role.choices(), plan);
  }

  /** The call of the method that finds out everything, as part of a walk. */
  Expr callExact(Expr vcpu, Expr gva, Expr access) {
    return callExact(vcpu, gva, access, true);
  }

  /** The same, with stores or without. */
  Expr callExact(Expr vcpu, Expr gva, Expr access, boolean stores) {
    return stores()
        ? Expr.call(owner, "exact", WALK_OR_PROBE, vcpu, gva, access, Expr.bool(stores))
        : Expr.call(owner, "exact", WALK, vcpu, gva, access);
  }

  /** The call of the method that searches the slots at each level. */
  Expr callSearch(Expr vcpu, Expr gva, Expr access) {
    return Expr.call(owner, "search", WALK, vcpu, gva, access);
  }
}
