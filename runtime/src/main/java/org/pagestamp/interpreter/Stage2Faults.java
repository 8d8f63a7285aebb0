package org.pagestamp.interpreter;

import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Cause;
import org.pagestamp.stage2.Stage2Fault;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.walk.PageFaultCode;
import org.pagestamp.walk.WalkResult;

/** How the faults of a stage-2 format are reported. */
final class Stage2Faults {
  /** Bits 5:3 of an exit qualification are bits 2:0 of the entries. */
  private static final int RIGHTS_SHIFT = 3;

  private static final int READ_WRITE_EXECUTE = 7;
  private static final int USER_EXECUTE = 1 << 6;
  private static final int LINEAR_VALID = 1 << 7;

  /** In EXITINFO1 it is bit 32; {@link Stage2Result} has it in the same place for both. */
  private static final int FINAL = 1 << 8;

  /** Bits 11:9 of an exit qualification: what the guest's own tables allow. */
  private static final int USER_ADDRESS = 1 << 9;

  private static final int WRITABLE_ADDRESS = 1 << 10;
  private static final int NX_ADDRESS = 1 << 11;

  private final Stage2Format format;

  Stage2Faults(Stage2Format format) {
    this.format = format;
  }

  /**
   * A fault.
   *
   * @param combined AND of the entries read, that of {@code level} included; 0 if it was not read
   */
  long fault(Stage2Cause cause, int access, long combined, int level) {
    if (!format.ept()) {
      return Stage2Result.fault(
          Stage2Fault.NESTED_PAGE_FAULT, cause, errorCode(cause, access), level);
    }
    return switch (cause) {
      case RESERVED -> Stage2Result.fault(Stage2Fault.EPT_MISCONFIGURATION, cause, 0, level);
      case PML_FULL -> Stage2Result.fault(Stage2Fault.PML_FULL, cause, 0, level);
      default ->
          Stage2Result.fault(
              Stage2Fault.EPT_VIOLATION, cause, qualification(access, combined), level);
    };
  }

  /**
   * A fault of the final access with what the guest's own tables say of the address.
   *
   * @param guest a success of the guest's walk
   */
  static long withAdvancedInfo(long fault, long guest) {
    if (Stage2Result.fault(fault) != Stage2Fault.EPT_VIOLATION) {
      return fault;
    }
    return Stage2Result.withQualification(
        fault,
        (WalkResult.isUser(guest) ? USER_ADDRESS : 0)
            | (WalkResult.isWritable(guest) ? WRITABLE_ADDRESS : 0)
            | (WalkResult.isExecutable(guest) ? 0 : NX_ADDRESS));
  }

  /** Intel SDM vol. 3, table 27-7. */
  private int qualification(int access, long combined) {
    int bits = access & (Stage2Access.READ | Stage2Access.WRITE | Stage2Access.FETCH);
    bits |= ((int) combined & READ_WRITE_EXECUTE) << RIGHTS_SHIFT;
    bits |= (combined & format.userExecute()) != 0 ? USER_EXECUTE : 0;
    bits |= (access & (Stage2Access.TABLE | Stage2Access.FINAL)) != 0 ? LINEAR_VALID : 0;
    bits |= (access & Stage2Access.FINAL) != 0 ? FINAL : 0;
    return bits;
  }

  /** AMD APM vol. 2, section 15.25.6: the error code of a #PF, always of a user access. */
  private int errorCode(Stage2Cause cause, int access) {
    int bits =
        switch (cause) {
          case RESERVED -> PageFaultCode.P | PageFaultCode.RSVD;
          case RIGHTS -> PageFaultCode.P;
          case NOT_PRESENT, TABLE_IN_NO_SLOT, GPA_TOO_WIDE, UPDATE_CONTENDED, PML_FULL -> 0;
        };
    bits |= PageFaultCode.USER;
    bits |= (access & Stage2Access.WRITE) != 0 ? PageFaultCode.WRITE : 0;
    bits |= (access & Stage2Access.FETCH) != 0 && format.reportsFetch() ? PageFaultCode.FETCH : 0;
    bits |= (access & Stage2Access.TABLE) != 0 ? 0 : FINAL;
    return bits;
  }
}
