package org.pagestamp.guest;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedStep;
import org.pagestamp.nested.NestedTrace;
import org.pagestamp.stage2.Stage2Cause;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2Step;
import org.pagestamp.stage2.Stage2Trace;
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
   * The missing table that made a walk of {@code guest} fail, or what it found where the table is
   * not; empty if the walk failed for a reason that the guest itself has, or succeeded.
   */
  public static Optional<MissingTable> behind(Guest guest, WalkTrace trace) {
    Optional<MissingTable> hole = firstHole(guest, trace.steps().stream(), trace.gva());
    if (hole.isPresent()) {
      return hole;
    }
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

  /**
   * The first table in no slot that the guest has. What the walk reads in its place, if the guest's
   * role reads anything there, tells nothing, whatever it leads to.
   */
  private static Optional<MissingTable> firstHole(Guest guest, Stream<WalkStep> steps, long gva) {
    return steps
        .filter(step -> step.slot() < 0 && step.entryGpa() >= 0)
        .filter(step -> guest.presence(step.entryGpa()) == Presence.NOT_IN_DUMP)
        .map(step -> new MissingTable(step.level(), step.entryGpa() & -4096L, gva))
        .findFirst();
  }

  /** The same for a nested guest: a table of either dimension. */
  public static Optional<MissingTable> behind(Guest guest, NestedTrace trace) {
    Stream<WalkStep> entries = trace.steps().stream().map(NestedStep::entry);
    Optional<MissingTable> hole = firstHole(guest, entries.filter(Objects::nonNull), trace.gva());
    if (hole.isPresent()) {
      return hole;
    }
    if (trace.steps().isEmpty() || !NestedResult.isFault(trace.result())) {
      return Optional.empty();
    }
    NestedStep last = trace.steps().getLast();
    if (NestedResult.isStage2Fault(trace.result())) {
      return behind(guest, last.stage2(), trace.gva());
    }
    FaultReason reason = WalkResult.faultReason(trace.result());
    WalkStep entry = last.entry();
    boolean missing =
        (reason == FaultReason.NOT_PRESENT || reason == FaultReason.TABLE_IN_NO_SLOT)
            && entry != null
            && entry.entryGpa() >= 0
            && guest.presence(entry.entryGpa()) == Presence.NOT_IN_DUMP;
    return missing
        ? Optional.of(new MissingTable(last.level(), entry.entryGpa() & -4096L, trace.gva()))
        : Optional.empty();
  }

  /**
   * The same for stage 2.
   *
   * @param address what was asked for, a gva or gpa
   */
  public static Optional<MissingTable> behind(Guest guest, Stage2Trace trace, long address) {
    if (trace.steps().isEmpty() || !Stage2Result.isFault(trace.result())) {
      return Optional.empty();
    }
    Stage2Cause cause = Stage2Result.cause(trace.result());
    Stage2Step last = trace.steps().getLast();
    boolean missing =
        (cause == Stage2Cause.NOT_PRESENT || cause == Stage2Cause.TABLE_IN_NO_SLOT)
            && guest.presence(last.entryGpa()) == Presence.NOT_IN_DUMP;
    return missing
        ? Optional.of(new MissingTable(last.level(), last.entryGpa() & -4096L, address))
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
