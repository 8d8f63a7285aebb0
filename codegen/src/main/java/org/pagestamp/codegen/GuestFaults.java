package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import org.pagestamp.choice.ReservedReport;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.PageFaultCode;

/** The checks of an exact walk that end in a fault of the guest's own. */
final class GuestFaults {
  private final Code code;
  private final Expr access;

  /** The cause in the error code of a fault for a reserved bit. */
  private final int reservedCode;

  /** The part of every error code that the access determines. */
  private final Expr accessBits;

  /** Declares what the faults of one walk have in common. */
  GuestFaults(Code code, Role role, ResultFormat results, Expr access) {
    this.code = code;
    this.access = access;
    boolean withP = role.choices().reserved() == ReservedReport.WITH_P;
    reservedCode = PageFaultCode.RSVD | (withP ? PageFaultCode.P : 0);
    accessBits = code.let("accessBits", results.accessBits(access));
  }

  /** A fault; {@code cause} are the error-code bits that tell the cause. */
  Expr fault(FaultReason reason, int cause, int level) {
    return Expr.or(ResultFormat.fault(reason, cause, level), accessBits);
  }

  void refuseReserved(Expr entry, long reserved, int level) {
    if (reserved != 0) {
      code.returnIf(
          Cond.isNotZero(Expr.and(entry, constant(reserved))),
          fault(FaultReason.RESERVED_BIT, reservedCode, level));
    }
  }

  /**
   * Refuses what the rights or the key forbid.
   *
   * @param leaf the leaf, at {@code level}
   * @param known has the U bit that the key is judged by
   * @param result has the rights of all levels in it
   */
  void refuseRights(
      PermissionFields permissions,
      Expr vcpu,
      PagingLevel level,
      Expr leaf,
      Expr known,
      Expr result) {
    Expr denied = code.let("denied", permissions.rightsDenied(result, access));
    int number = level.number();
    int withKey = PageFaultCode.P | PageFaultCode.PK;
    for (Cond keyDenies : permissions.keyDenies(vcpu, leaf, known, access)) {
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
