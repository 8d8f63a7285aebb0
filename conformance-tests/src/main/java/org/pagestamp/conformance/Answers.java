package org.pagestamp.conformance;

import java.util.List;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.PageFaultCode;
import org.pagestamp.walk.WalkResult;

/** Makes {@link WalkResult}s, for subjects whose own answers look different. */
public final class Answers {
  /**
   * Stands where a {@link WalkResult} is asked for, if there is none: the load of CR3 was refused.
   */
  public static final long CR3_REFUSED = 0;

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
        | WalkResult.levelBits(level)
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

  /** The answer in words. */
  public static String toString(long answer) {
    return answer == CR3_REFUSED ? "refused load of CR3" : WalkResult.toString(answer);
  }

  /** The answer in words, as far as the subject reports it. */
  private static String toString(Subject subject, long answer) {
    boolean plain = answer != CR3_REFUSED && !WalkResult.isFault(answer);
    return plain && subject.reports().isEmpty()
        ? "gpa 0x" + Long.toHexString(WalkResult.pageGpa(answer))
        : toString(answer);
  }

  /**
   * How an answer differs from the right one, in as far as the subject reports it.
   *
   * @return sentences; empty if the answer is right
   */
  public static List<String> differences(Subject subject, long expected, long actual) {
    return differences(subject, expected, actual, -1);
  }

  /**
   * How an answer differs from what is known of the right one, in as far as the subject reports it.
   *
   * @param known the bits of {@code expected} that are known
   * @return sentences; empty if the answer is right
   */
  public static List<String> differences(Subject subject, long expected, long actual, long known) {
    long reported =
        WalkResult.isFault(expected)
            ? AnswerPart.faultMask(subject.reports())
            : AnswerPart.successMask(subject.reports());
    return ((expected ^ actual) & reported & known) == 0
        ? List.of()
        : List.of(
            "expected " + toString(subject, expected), "but was  " + toString(subject, actual));
  }
}
