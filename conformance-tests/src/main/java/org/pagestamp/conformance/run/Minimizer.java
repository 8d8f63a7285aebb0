package org.pagestamp.conformance.run;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseJudge;
import org.pagestamp.conformance.ConformanceCase;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.Mismatch;
import org.pagestamp.conformance.Stage2Failure;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.VectorEntry;
import org.pagestamp.conformance.VectorRun;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.WalkVector;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkStep;
import org.pagestamp.walk.WalkTrace;

/**
 * Makes failures small and tells them as vectors. What a group can judge anew is made smaller in
 * every respect; of any other case memory entries and slots are left out, as long as the subject
 * fails in the same way and the reference walker does not notice.
 */
final class Minimizer implements AutoCloseable {
  private static final long BUDGET_NANOS = 20_000_000_000L;

  private final long deadline = System.nanoTime() + BUDGET_NANOS;
  private final Map<Subject, VectorRun> runs = new HashMap<>();
  private int made;

  RunFailure minimize(String mode, String group, Tally.Kept kept) {
    String subject = kept.subject().name();
    if (kept.stage2() != null) {
      Stage2Failure failure = kept.stage2();
      return new RunFailure(
          mode, group, subject, failure.problems(), failure.vector(), true, Optional.empty());
    }
    if (kept.failure() == null) {
      return new RunFailure(
          mode,
          group,
          subject,
          List.of(CaseFailure.thrown(kept.thrown())),
          Optional.empty(),
          false,
          Optional.empty());
    }
    CaseFailure failure = smaller(kept);
    WalkVector vector =
        failure.vector().orElseGet(() -> FailedVector.of(failure, group + "/made/" + ++made));
    boolean recurs = false;
    try {
      VectorRun run = runs.computeIfAbsent(kept.subject(), VectorRun::new);
      run.clean(); // of what an earlier failure may have left
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

  /**
   * As small as the group's own judge lets it be; as it is if there is none, or it sees nothing.
   */
  private CaseFailure smaller(Tally.Kept kept) {
    CaseFailure failure = kept.failure();
    Subject subject = kept.subject();
    if (kept.judge().isEmpty()) {
      return failure;
    }
    CaseJudge judge = kept.judge().get();
    Optional<CaseFailure> alone = judge.judge(subject, failure.failed());
    if (alone.isEmpty()) {
      return failure;
    }
    CaseFailure[] smallest = {alone.get()};
    ConformanceCase _ =
        CaseShrinker.shrink(
            failure.failed(),
            made -> {
              Optional<CaseFailure> again =
                  System.nanoTime() < deadline && subject.knows(made.role())
                      ? judge.judge(subject, made)
                      : Optional.empty();
              again.ifPresent(each -> smallest[0] = each);
              return again.isPresent();
            });
    List<String> problems = new ArrayList<>(smallest[0].problems());
    failure.problems().stream()
        .filter(problem -> !alone.get().problems().contains(problem))
        .forEach(problems::add); // what the group alone can tell
    return smallest[0].withProblems(problems);
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

  /** Leaves out all that the right walk does not read; if that is too much, what can be spared. */
  private WalkVector shrink(VectorRun run, Failing failing) {
    List<Long> right = reference(failing.vector());
    WalkVector vector = failing.vector();
    Set<Long> read = entriesRead(vector);
    List<VectorEntry> entries =
        vector.memory().stream().filter(entry -> read.contains(entry.gpa())).toList();
    List<VectorSlot> slots =
        vector.slots().stream().filter(slot -> read.stream().anyMatch(slot::contains)).toList();
    WalkVector fewer = FailedVector.with(vector, vector.slots(), entries);
    WalkVector smallest =
        fewer.equals(vector) || !stillFails(run, failing, right, fewer) ? vector : fewer;
    WalkVector least = FailedVector.with(smallest, slots, smallest.memory());
    smallest = least.equals(smallest) || !stillFails(run, failing, right, least) ? smallest : least;
    if (smallest.memory().equals(entries) && smallest.slots().equals(slots)) {
      return smallest;
    }
    ConformanceCase made =
        CaseShrinker.shrinkMemory(
            ConformanceCase.of(smallest),
            smaller ->
                System.nanoTime() < deadline
                    && stillFails(
                        run,
                        failing,
                        right,
                        FailedVector.with(vector, smaller.slots(), smaller.memory())));
    return FailedVector.with(vector, made.slots(), made.memory());
  }

  /** Addresses of the entries that a right walk reads. */
  private static Set<Long> entriesRead(WalkVector vector) {
    Set<Long> read = new HashSet<>();
    vector.outcomes().forEach(end -> end.after().forEach(entry -> read.add(entry.gpa())));
    return read;
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
    // A mapped file: of large slots only the pages with tables are ever touched.
    try (Machine machine = new Machine(vector.role(), vector.slots(), MemoryKind.MAPPED_FILE)) {
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

  @Override
  public void close() {
    runs.values().forEach(VectorRun::close);
  }
}
