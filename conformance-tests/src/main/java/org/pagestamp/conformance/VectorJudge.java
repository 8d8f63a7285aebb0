package org.pagestamp.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Walks one vector and says what is wrong. */
final class VectorJudge {
  private final Subject subject;
  private final VectorMemory memory;

  VectorJudge(Subject subject, VectorMemory memory) {
    this.subject = subject;
    this.memory = memory;
  }

  /** Empty if all is right. Leaves zero in all pages that hold an entry of the vector. */
  Optional<Mismatch> judge(WalkVector vector) {
    Machine machine = memory.machine(vector);
    VectorTrial trial = new VectorTrial(vector, subject, machine, memory);
    try {
      trial.run();
    } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
      trial.problem(CaseFailure.thrown(e));
    } finally {
      VectorPages.of(vector).forEach(memory::clearPage);
      memory.clearLogs();
    }
    return trial.problems().isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Mismatch(
                vector,
                engine(),
                subject.memoryKind(),
                trial.answer(),
                trial.problems(),
                trial.explanation()));
  }

  private String engine() {
    return subject.engineName();
  }

  Mismatch mismatch(WalkVector vector, String problem) {
    return new Mismatch(
        vector, engine(), subject.memoryKind(), Answers.CR3_REFUSED, List.of(problem), "");
  }

  Mismatch add(Mismatch mismatch, String problem) {
    List<String> problems = new ArrayList<>(mismatch.problems());
    problems.add(problem);
    return new Mismatch(
        mismatch.vector(),
        mismatch.engine(),
        mismatch.memory(),
        mismatch.answer(),
        problems,
        mismatch.trace());
  }
}
