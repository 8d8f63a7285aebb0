package org.pagestamp.conformance.run;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.Mismatch;
import org.pagestamp.conformance.VectorEntry;
import org.pagestamp.conformance.VectorRun;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.WalkVector;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkStep;
import org.pagestamp.walk.WalkTrace;

/**
 * Makes failures small: leaves out memory entries and slots as long as the subject fails in the
 * same way and the reference walker does not notice.
 */
final class Minimizer {
  private static final long BUDGET_NANOS = 20_000_000_000L;

  private final long deadline = System.nanoTime() + BUDGET_NANOS;
  private int made;

  RunFailure minimize(String mode, String group, Tally.Kept kept) {
    String subject = kept.subject().name();
    CaseFailure failure = kept.failure();
    if (failure == null) {
      return new RunFailure(
          mode, group, subject, List.of(thrown(kept)), Optional.empty(), false, Optional.empty());
    }
    WalkVector vector =
        failure.vector().orElseGet(() -> FailedVector.of(failure, group + "/made/" + ++made));
    boolean recurs = false;
    try (VectorRun run = new VectorRun(kept.subject())) {
      Optional<Failing> failing = failing(run, vector, failure);
      if (failing.isPresent()) {
        recurs = true;
        vector = shrink(run, failing.get());
      }
    } catch (RuntimeException | OutOfMemoryError e) {
      recurs = false; // for example more slots or memory than a vector may have
    }
    return new RunFailure(
        mode, group, subject, failure.problems(), Optional.of(vector), recurs, explain(vector));
  }

  private static String thrown(Tally.Kept kept) {
    StackTraceElement[] frames = kept.thrown().getStackTrace();
    return "threw " + kept.thrown() + (frames.length == 0 ? "" : " at " + frames[0]);
  }

  /** A vector that the subject fails. */
  private record Failing(WalkVector vector, Mismatch mismatch, boolean scan) {}

  /** As the format tells it; if that is not enough, with the whole answer; with all of memory. */
  private static Optional<Failing> failing(VectorRun run, WalkVector vector, CaseFailure failure) {
    List<WalkVector> candidates = new ArrayList<>(List.of(vector));
    if (failure.vector().isEmpty()) {
      candidates.add(FailedVector.withAnswer(vector, failure.expected()));
    }
    for (boolean scan : new boolean[] {false, true}) {
      for (WalkVector candidate : candidates) {
        Optional<Mismatch> mismatch = run.judge(candidate, scan);
        boolean sameAnswer = mismatch.filter(each -> each.answer() == failure.actual()).isPresent();
        if (sameAnswer || (mismatch.isPresent() && failure.vector().isPresent())) {
          return Optional.of(new Failing(candidate, mismatch.get(), scan));
        }
      }
    }
    return Optional.empty();
  }

  private WalkVector shrink(VectorRun run, Failing failing) {
    List<Long> before = reference(failing.vector());
    WalkVector smaller =
        without(
            run, failing, before, failing.vector(), WalkVector::memory, FailedVector::withMemory);
    return without(
        run,
        failing,
        before,
        smaller,
        WalkVector::slots,
        (vector, slots) -> FailedVector.withSlots(vector, slots));
  }

  private interface Replace<T> {
    WalkVector with(WalkVector vector, List<T> items);
  }

  /** Leaves out all that can be spared: at once if possible, else one by one. */
  private <T> WalkVector without(
      VectorRun run,
      Failing failing,
      List<Long> reference,
      WalkVector vector,
      Function<WalkVector, List<T>> get,
      Replace<T> replace) {
    Set<Object> needed = needed(vector);
    List<T> kept = get.apply(vector).stream().filter(item -> isNeeded(item, needed)).toList();
    WalkVector least = replace.with(vector, kept);
    if (kept.size() < get.apply(vector).size() && stillFails(run, failing, reference, least)) {
      return least;
    }
    WalkVector smallest = vector;
    for (T item : get.apply(vector)) {
      if (!isNeeded(item, needed) && System.nanoTime() < deadline) {
        List<T> fewer = new ArrayList<>(get.apply(smallest));
        fewer.remove(item);
        WalkVector candidate = replace.with(smallest, fewer);
        if (stillFails(run, failing, reference, candidate)) {
          smallest = candidate;
        }
      }
    }
    return smallest;
  }

  /** Addresses of entries that a right walk reads. */
  private static Set<Object> needed(WalkVector vector) {
    Set<Object> needed = new HashSet<>();
    vector.outcomes().forEach(end -> end.after().forEach(entry -> needed.add(entry.gpa())));
    return needed;
  }

  private static boolean isNeeded(Object item, Set<Object> needed) {
    return switch (item) {
      case VectorEntry entry -> needed.contains(entry.gpa());
      case VectorSlot slot -> needed.stream().anyMatch(gpa -> slot.contains((Long) gpa));
      default -> throw new IllegalArgumentException("neither entry nor slot: " + item);
    };
  }

  private static boolean stillFails(
      VectorRun run, Failing failing, List<Long> reference, WalkVector candidate) {
    if (candidate.slots().isEmpty()
        || !FailedVector.entriesLieInSlots(candidate)
        || !reference(candidate).equals(reference)) {
      return false;
    }
    return run.judge(candidate, failing.scan())
        .filter(mismatch -> mismatch.answer() == failing.mismatch().answer())
        .isPresent();
  }

  /** What the reference walker reads and answers, as numbers. */
  private static List<Long> reference(WalkVector vector) {
    List<Long> numbers = new ArrayList<>();
    explain(vector)
        .ifPresent(
            trace -> {
              numbers.add(trace.result());
              for (WalkStep step : trace.steps()) {
                numbers.add(step.entryGpa());
                numbers.add(step.entryAfter());
              }
            });
    return numbers;
  }

  /** How the reference walker comes to its answer; empty if CR3 cannot be loaded. */
  static Optional<WalkTrace> explain(WalkVector vector) {
    try (Machine machine = new Machine(vector.role(), vector.slots(), MemoryKind.NATIVE)) {
      vector.memory().forEach(each -> machine.store(each.gpa(), each.value(), each.width()));
      VcpuState vcpu = new VcpuState();
      vcpu.pkru(vector.pkru());
      vcpu.pkrs(vector.pkrs());
      if (vcpu.loadCr3(vector.cr3(), vector.role(), machine.layout()) != Cr3Load.LOADED) {
        return Optional.empty();
      }
      return Optional.of(
          Engine.interpreted()
              .walker(vector.role(), machine.layout())
              .explain(vcpu, vector.gva(), vector.access()));
    } catch (RuntimeException | OutOfMemoryError e) {
      return Optional.empty(); // more slots or memory than this machine can have
    }
  }
}
