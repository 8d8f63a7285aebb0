package org.pagestamp.conformance;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.PageFaultCode;
import org.pagestamp.walk.WalkResult;

/** Makes {@link WalkResult}s, for subjects whose own answers look different. */
public final class Answers {
  private Answers() {}

  /** A translation, when nothing but the page is reported. */
  public static long page(long gpa) {
    return WalkResult.SUCCESS | (gpa & EntryBits.FRAME);
  }

  /**
   * A translation with its rights and level.
   *
   * @param level of the leaf, 1 to 3; 0 without paging
   */
  public static long page(long gpa, int level, boolean writable, boolean user, boolean executable) {
    return page(gpa)
        | ((long) level << WalkResult.LEVEL_SHIFT)
        | (writable ? EntryBits.W : 0)
        | (user ? EntryBits.U : 0)
        | (executable ? 0 : EntryBits.NX);
  }

  /** A #PF, when nothing but its error code is reported. */
  public static long pageFault(int errorCode) {
    FaultReason reason =
        (errorCode & PageFaultCode.P) == 0
            ? FaultReason.NOT_PRESENT
            : (errorCode & PageFaultCode.RSVD) != 0
                ? FaultReason.RESERVED_BIT
                : FaultReason.PERMISSION;
    return WalkResult.fault(reason, errorCode, 0);
  }

  /** #GP or #SS for an address that is not canonical. */
  public static long nonCanonical() {
    return WalkResult.fault(FaultReason.NON_CANONICAL, 0, 0);
  }
}
