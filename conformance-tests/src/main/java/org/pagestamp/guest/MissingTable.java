package org.pagestamp.guest;

import java.util.Locale;
import java.util.Optional;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkStep;
import org.pagestamp.walk.WalkTrace;

/**
 * A page table that the guest has but the files lack.
 *
 * @param level of the table, 1 to 5
 * @param gpa where the table is
 * @param gva an address that leads there; in an enumeration the first one
 */
public record MissingTable(int level, long gpa, long gva) {
  /**
   * The missing table that made a walk of {@code guest} fail; empty if the walk failed for a reason
   * that the guest itself has, or succeeded.
   */
  public static Optional<MissingTable> behind(Guest guest, WalkTrace trace) {
    if (trace.steps().isEmpty() || !WalkResult.isFault(trace.result())) {
      return Optional.empty();
    }
    FaultReason reason = WalkResult.faultReason(trace.result());
    WalkStep last = trace.steps().getLast();
    long gpa =
        last.entryGpa() < 0
            ? guest.vcpu().cr3() & guest.role().mode().rootMask()
            : last.entryGpa() & -4096L;
    boolean missing =
        (reason == FaultReason.NOT_PRESENT || reason == FaultReason.TABLE_IN_NO_SLOT)
            && guest.presence(gpa) == Presence.NOT_IN_DUMP;
    return missing
        ? Optional.of(new MissingTable(last.level(), gpa, trace.gva()))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "page table not in this dump: level %d, gpa 0x%x, reached at gva 0x%x",
        level,
        gpa,
        gva);
  }
}
