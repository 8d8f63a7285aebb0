package org.pagestamp.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pagestamp.slot.SlotLayout;

/** Walks one vector and says what is wrong. */
final class VectorJudge {
  private final Engine engine;
  private final MemoryKind kind;
  private final VectorMemory memory;

  VectorJudge(Engine engine, MemoryKind kind, VectorMemory memory) {
    this.engine = engine;
    this.kind = kind;
    this.memory = memory;
  }

  /** Empty if all is right. Leaves zero in all pages that hold an entry of the vector. */
  Optional<Mismatch> judge(WalkVector vector) {
    SlotLayout layout = memory.place(vector);
    VectorTrial trial = new VectorTrial(vector, engine, layout, memory);
    try {
      trial.run();
    } catch (RuntimeException | LinkageError e) {
      trial.problem("threw " + e + at(e));
    } finally {
      VectorPages.of(vector).forEach(memory::clearPage);
      memory.clearLogs();
    }
    return trial.problems().isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Mismatch(vector, engine.name(), kind, trial.problems(), trial.explanation()));
  }

  private static String at(Throwable thrown) {
    StackTraceElement[] frames = thrown.getStackTrace();
    return frames.length == 0 ? "" : " at " + frames[0];
  }

  Mismatch mismatch(WalkVector vector, String problem) {
    return new Mismatch(vector, engine.name(), kind, List.of(problem), "");
  }

  Mismatch add(Mismatch mismatch, String problem) {
    List<String> problems = new ArrayList<>(mismatch.problems());
    problems.add(problem);
    return new Mismatch(mismatch.vector(), engine.name(), kind, problems, mismatch.trace());
  }
}
