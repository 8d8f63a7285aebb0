package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import org.pagestamp.stage2.EptBits;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Cause;
import org.pagestamp.stage2.Stage2Fault;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.walk.PageFaultCode;

/**
 * Expressions that pack the faults of stage 2: what the access alone determines of an exit
 * qualification (Intel SDM vol. 3, table 27-7) or of EXITINFO1 (AMD APM vol. 2, section 15.25.6) is
 * looked up, the rest is constant or comes from the entries.
 */
final class Stage2Faults {
  /** Bits 5:3 of an exit qualification are bits 2:0 of the entries. */
  private static final long RIGHTS = EptBits.R | EptBits.W | EptBits.X;

  private static final int RIGHTS_SHIFT = 3;
  private static final int USER_EXECUTE = 1 << 6;
  private static final int LINEAR_VALID = 1 << 7;
  private static final int FINAL = 1 << 8;

  private final Stage2Format format;
  private final ClassConstants constants;

  Stage2Faults(Stage2Format format, ClassConstants constants) {
    this.format = format;
    this.constants = constants;
  }

  /**
   * A fault.
   *
   * @param and the entries ANDed, that of {@code level} included; null if it was not read
   */
  Expr fault(Stage2Cause cause, Expr access, Expr and, int level) {
    if (format.ept() && cause == Stage2Cause.RESERVED) {
      return packed(Stage2Fault.EPT_MISCONFIGURATION, cause, 0, level);
    }
    if (cause == Stage2Cause.PML_FULL) {
      return packed(Stage2Fault.PML_FULL, cause, 0, level);
    }
    Expr ofAccess = constants.field("ACCESS_BITS", long[].class, this::accessBits);
    Expr row = Expr.intAnd(access, Expr.intConstant(Stage2Access.LIMIT - 1));
    Expr bits = Expr.element(ofAccess, row).printedAs(() -> "ACCESS_BITS[" + access.text() + "]");
    if (!format.ept()) {
      return Expr.or(packed(Stage2Fault.NESTED_PAGE_FAULT, cause, cause(cause), level), bits);
    }
    Expr violation = Expr.or(packed(Stage2Fault.EPT_VIOLATION, cause, 0, level), bits);
    return and == null ? violation : Expr.or(violation, rights(and));
  }

  private Expr rights(Expr and) {
    Expr rights = Stage2Results.moved(and, RIGHTS, code((int) RIGHTS << RIGHTS_SHIFT));
    return format.userExecute() == 0
        ? rights
        : Expr.or(rights, Stage2Results.moved(and, format.userExecute(), code(USER_EXECUTE)));
  }

  private static Expr packed(Stage2Fault fault, Stage2Cause cause, int code, int level) {
    return constant(
        cause.name() + (level == 0 ? "" : "@" + level),
        Stage2Result.fault(fault, cause, code, level));
  }

  static Cond isViolation(Expr fault) {
    long kinds = Stage2Result.fault(Stage2Fault.NESTED_PAGE_FAULT, Stage2Cause.NOT_PRESENT, 0, 0);
    long violation = Stage2Result.fault(Stage2Fault.EPT_VIOLATION, Stage2Cause.NOT_PRESENT, 0, 0);
    return new Comparison(fault, kinds, violation)
        .holds()
        .printedAs(() -> fault.text() + " is a violation");
  }

  /** Where a fault has the bits of its code. */
  static long code(int bits) {
    return Stage2Result.withQualification(0, bits);
  }

  private static int cause(Stage2Cause cause) {
    return switch (cause) {
      case RESERVED -> PageFaultCode.P | PageFaultCode.RSVD;
      case RIGHTS -> PageFaultCode.P;
      case NOT_PRESENT, TABLE_IN_NO_SLOT, GPA_TOO_WIDE, UPDATE_CONTENDED, PML_FULL -> 0;
    };
  }

  private long[] accessBits() {
    long[] bits = new long[Stage2Access.LIMIT];
    for (int access = 0; access < bits.length; access++) {
      bits[access] = code(format.ept() ? ofViolation(access) : ofNestedPageFault(access));
    }
    return bits;
  }

  private static int ofViolation(int access) {
    int bits = access & (Stage2Access.READ | Stage2Access.WRITE | Stage2Access.FETCH);
    boolean linear = (access & (Stage2Access.TABLE | Stage2Access.FINAL)) != 0;
    return bits | (linear ? LINEAR_VALID : 0) | ((access & Stage2Access.FINAL) != 0 ? FINAL : 0);
  }

  private int ofNestedPageFault(int access) {
    boolean fetch = (access & Stage2Access.FETCH) != 0 && format.reportsFetch();
    return PageFaultCode.USER
        | ((access & Stage2Access.WRITE) != 0 ? PageFaultCode.WRITE : 0)
        | (fetch ? PageFaultCode.FETCH : 0)
        | ((access & Stage2Access.TABLE) != 0 ? 0 : FINAL);
  }
}
