package org.pagestamp.codegen;

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

  /** The call of the method that finds out everything. */
  Expr callExact(Expr vcpu, Expr gva, Expr access) {
    return call("exact", vcpu, gva, access);
  }

  /** The call of a method with the parameters of a walk. */
  Expr call(String name, Expr vcpu, Expr gva, Expr access) {
    return Expr.call(owner, name, WALK, vcpu, gva, access);
  }
}
