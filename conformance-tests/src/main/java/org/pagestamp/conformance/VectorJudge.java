package org.pagestamp.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pagestamp.slot.SlotLayout;

/** Walks one vector and says what is wrong. */
final class VectorJudge {
  private final Subject subject;
  private final VectorMemory memory;

  VectorJudge(Subject subject, VectorMemory memory) {
    this.subject = subject;
    this.memory = memory;
  }

  /** Whether the subject has walkers for the vector. */
  boolean canWalk(PlacedVector vector) {
    return vector instanceof WalkVector || subject.stage2().isPresent();
  }

  /** Empty if all is right. Leaves zero in all pages that hold an entry of the vector. */
  Optional<Mismatch> judge(PlacedVector vector) {
    try {
      return switch (vector) {
        case WalkVector walk -> judgeWalk(walk);
        case Stage2Vector alone -> judgeStage2(alone);
        case NestedVector nested -> judgeStage2(nested);
      };
    } finally {
      VectorPages.of(vector).forEach(memory::clearPage);
      memory.clearLogs();
    }
  }

  private Optional<Mismatch> judgeWalk(WalkVector vector) {
    Machine machine = memory.machine(vector);
    VectorTrial trial = new VectorTrial(vector, subject, machine, memory);
    try {
      trial.run();
    } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
      trial.problem(CaseFailure.thrown(e));
    }
    return trial.problems().isEmpty()
        ? Optional.empty()
        : Optional.of(mismatch(vector, trial.answer(), trial.problems(), trial.explanation()));
  }

  private Optional<Mismatch> judgeStage2(PlacedVector vector) {
    Stage2Engine engine = subject.stage2().orElseThrow();
    SlotLayout layout = memory.place(vector);
    Stage2VectorTrial trial = new Stage2VectorTrial(vector, memory);
    List<String> problems = new ArrayList<>();
    try {
      switch (vector) {
        case Stage2Vector alone -> trial.run(alone, engine, layout);
        case NestedVector nested -> trial.run(nested, engine, layout);
        case WalkVector _ -> throw new IllegalArgumentException("no second stage");
      }
    } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
      problems.add(CaseFailure.thrown(e));
    }
    problems.addAll(trial.problems());
    return problems.isEmpty()
        ? Optional.empty()
        : Optional.of(mismatch(vector, Answers.CR3_REFUSED, problems, ""));
  }

  Mismatch mismatch(PlacedVector vector, String problem) {
    return mismatch(vector, Answers.CR3_REFUSED, List.of(problem), "");
  }

  private Mismatch mismatch(
      PlacedVector vector, long answer, List<String> problems, String explanation) {
    return new Mismatch(
        vector, subject.engineName(), subject.memoryKind(), answer, problems, explanation);
  }

  Mismatch add(Mismatch mismatch, String problem) {
    List<String> problems = new ArrayList<>(mismatch.problems());
    problems.add(problem);
    return mismatch(mismatch.vector(), mismatch.answer(), problems, mismatch.trace());
  }
}
