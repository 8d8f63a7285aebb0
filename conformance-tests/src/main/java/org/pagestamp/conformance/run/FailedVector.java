package org.pagestamp.conformance.run;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.ConformanceCase;
import org.pagestamp.conformance.Expectation;
import org.pagestamp.conformance.Outcome;
import org.pagestamp.conformance.VectorEntry;
import org.pagestamp.conformance.VectorOrigin;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.WalkVector;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkTrace;

/** Vectors of failed cases, and the same vectors with less in them. */
final class FailedVector {
  private FailedVector() {}

  /** The case that failed, with what a right walker answers. */
  static WalkVector of(CaseFailure failure, String name) {
    ConformanceCase made = failure.failed();
    PagingMode mode = made.role().mode();
    WalkVector vector =
        new WalkVector(
            name,
            new VectorOrigin(name, 1, ""),
            made.role(),
            made.cr3(),
            true,
            made.pkru(),
            made.pkrs(),
            made.slots(),
            made.memory(),
            made.gva(),
            made.access(),
            List.of(outcome(failure, failure.expected())),
            List.of(),
            OptionalLong.empty());
    boolean pageAlone =
        mode != PagingMode.NO_PAGING
            && (failure.expected() & WalkResult.SUCCESS) != 0
            && WalkResult.level(failure.expected()) == 0;
    return pageAlone ? completed(vector, failure) : vector;
  }

  private static Outcome outcome(CaseFailure failure, long answer) {
    ConformanceCase made = failure.failed();
    return new Outcome(
        Expectation.of(answer, made.gva(), made.role().mode(), true), failure.after());
  }

  /** The group vouches for the page alone; a vector says more, which the reference walker knows. */
  private static WalkVector completed(WalkVector vector, CaseFailure failure) {
    long frame = WalkResult.pageGpa(failure.expected());
    return Minimizer.explain(vector)
        .map(WalkTrace::result)
        .filter(answer -> !WalkResult.isFault(answer) && WalkResult.pageGpa(answer) == frame)
        .map(answer -> with(vector, vector.slots(), vector.memory(), outcome(failure, answer)))
        .orElse(vector);
  }

  static WalkVector with(WalkVector vector, List<VectorSlot> slots, List<VectorEntry> memory) {
    return with(vector, slots, memory, vector.outcomes().getFirst());
  }

  private static WalkVector with(
      WalkVector vector, List<VectorSlot> slots, List<VectorEntry> memory, Outcome first) {
    List<Outcome> outcomes = new ArrayList<>(vector.outcomes());
    outcomes.set(0, first);
    return new WalkVector(
        vector.name(),
        vector.origin(),
        vector.role(),
        vector.cr3(),
        vector.globalPages(),
        vector.pkru(),
        vector.pkrs(),
        slots,
        memory,
        vector.gva(),
        vector.access(),
        outcomes,
        vector.contested(),
        vector.answer());
  }

  static WalkVector withAnswer(WalkVector vector, long answer) {
    return new WalkVector(
        vector.name(),
        vector.origin(),
        vector.role(),
        vector.cr3(),
        vector.globalPages(),
        vector.pkru(),
        vector.pkrs(),
        vector.slots(),
        vector.memory(),
        vector.gva(),
        vector.access(),
        vector.outcomes(),
        vector.contested(),
        OptionalLong.of(answer));
  }

  static boolean entriesLieInSlots(WalkVector vector) {
    return vector.memory().stream()
        .allMatch(entry -> vector.slots().stream().anyMatch(slot -> slot.contains(entry.gpa())));
  }
}
