package org.pagestamp.conformance.profile;

import java.util.Locale;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.PageFaultCode;
import org.pagestamp.walk.WalkResult;

/** Results in the few words of a table's cell. */
final class OutcomeText {
  static final String ALLOWED = "allowed";

  private OutcomeText() {}

  /** For example {@code #PF 0x9 P RSVD}, or {@code allowed}. */
  static String of(long result) {
    if (NestedResult.isStage2Fault(result)) {
      return ofStage2(result);
    }
    if (!WalkResult.isFault(result)) {
      return ALLOWED;
    }
    FaultReason reason = WalkResult.faultReason(result);
    if (!reason.isPageFault()) {
      return reason.isExit() ? "exit" : "#GP or #SS";
    }
    int code = WalkResult.errorCode(result);
    String bits = code == 0 ? "" : " " + PageFaultCode.toString(code).replace('|', ' ');
    return String.format(Locale.ROOT, "#PF 0x%x%s", code, bits);
  }

  /** As {@link #of}, with the reason that is finer than the error code. */
  static String withReason(long result) {
    return of(result) + ": " + WalkResult.faultReason(result);
  }

  /** For example {@code EPT violation 0x181}. */
  static String ofStage2(long result) {
    return switch (Stage2Result.fault(result)) {
      case EPT_VIOLATION ->
          String.format(Locale.ROOT, "EPT violation 0x%x", Stage2Result.qualification(result));
      case EPT_MISCONFIGURATION -> "EPT misconfiguration";
      case PML_FULL -> "PML full";
      case NESTED_PAGE_FAULT ->
          String.format(Locale.ROOT, "#NPF 0x%x", Stage2Result.exitInfo1(result));
    };
  }

  /** For example {@code bit 4 set}. */
  static String bit(int code, int mask) {
    String number = String.valueOf(Integer.numberOfTrailingZeros(mask));
    return "bit " + number + ((code & mask) != 0 ? " set" : " clear");
  }
}
