package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import org.pagestamp.mode.PagingLevel;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.PageFaultCode;

/** The checks of an exact walk that end in a fault of the guest's own. */
final class GuestFaults {
  private final Code code;
  private final Expr access;

  /** The part of every error code that the access determines. */
  private final Expr accessBits;

  /** Declares what the faults of one walk have in common. */
  GuestFaults(Code code, ResultFormat results, Expr access) {
    this.code = code;
    this.access = access;
    accessBits = code.let("accessBits", results.accessBits(access));
  }

  /** A fault; {@code cause} are the error-code bits that tell the cause. */
  Expr fault(FaultReason reason, int cause, int level) {
    return Expr.or(ResultFormat.fault(reason, cause, level), accessBits);
  }

  void refuseReserved(Expr entry, long reserved, int level) {
    if (reserved != 0) {
      int cause = PageFaultCode.P | PageFaultCode.RSVD;
      code.returnIf(
          Cond.isNotZero(Expr.and(entry, constant(reserved))),
          fault(FaultReason.RESERVED_BIT, cause, level));
    }
  }

  /**
   * Refuses what the rights or the key forbid.
   *
   * @param leaf the leaf, at {@code level}
   * @param result has the rights of all levels in it
   */
  void refuseRights(
      PermissionFields permissions, Expr vcpu, PagingLevel level, Expr leaf, Expr result) {
    Expr denied = code.let("denied", permissions.rightsDenied(result, access));
    int number = level.number();
    int withKey = PageFaultCode.P | PageFaultCode.PK;
    for (Cond keyDenies : permissions.keyDenies(vcpu, leaf, result, access)) {
      code.when(
          keyDenies,
          () -> {
            code.returnIf(Cond.isZero(denied), fault(FaultReason.PROTECTION_KEY, withKey, number));
            code.ret(fault(FaultReason.PERMISSION, withKey, number));
          });
    }
    code.returnIf(Cond.isNotZero(denied), fault(FaultReason.PERMISSION, PageFaultCode.P, number));
  }
}
