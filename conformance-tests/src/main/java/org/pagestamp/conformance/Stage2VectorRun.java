package org.pagestamp.conformance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.pagestamp.slot.SlotLayout;

/**
 * Walks vectors with a second stage, and judges: what {@link VectorRun} is in one dimension.
 *
 * <p>Compared are: the answer with the expected one or an accepted alternative; all of memory, of
 * which pages without an entry of the vector are looked at once for each {@value #BATCH}; the dirty
 * logs; and {@code probe} and an observer's walk with {@code walk}.
 *
 * <p>Not safe for use by several threads. Must be closed, to release its memory.
 */
public final class Stage2VectorRun implements AutoCloseable {
  private static final int BATCH = 256;

  private final Stage2Engine engine;
  private final MemoryKind kind;
  private final VectorMemory memory;

  /** A run of {@code engine} over memory of the kind {@code kind}. */
  public Stage2VectorRun(Stage2Engine engine, MemoryKind kind) {
    this.engine = engine;
    this.kind = kind;
    memory = new VectorMemory(kind);
  }

  /**
   * Walks the vectors that have a second stage, up to the end of the file.
   *
   * @param wanted which of them to walk
   * @param mismatches gets a text for each vector that is not walked as it must be
   * @return how many there were; the others, of one dimension, count as not supported
   * @throws VectorFormatException if a line is no vector
   * @throws IOException if the file cannot be read
   */
  public VectorCounts run(
      VectorReader vectors, Predicate<PlacedVector> wanted, List<String> mismatches)
      throws IOException {
    VectorCounts counts = VectorCounts.NONE;
    List<PlacedVector> batch = new ArrayList<>();
    for (Optional<TestVector> next = vectors.next(); next.isPresent(); next = vectors.next()) {
      switch (next.get()) {
        case Stage2Vector alone when wanted.test(alone) -> batch.add(alone);
        case NestedVector nested when wanted.test(nested) -> batch.add(nested);
        case Stage2Vector _, NestedVector _ -> {}
        case WalkVector _, UnsupportedVector _ -> counts = counts.plus(new VectorCounts(0, 0, 1));
      }
      if (batch.size() == BATCH) {
        counts = counts.plus(judge(batch, mismatches));
        batch.clear();
      }
    }
    return counts.plus(judge(batch, mismatches));
  }

  private VectorCounts judge(List<PlacedVector> batch, List<String> mismatches) {
    List<List<String>> problems = new ArrayList<>();
    batch.forEach(vector -> problems.add(problems(vector)));
    if (memory.stray().isPresent()) {
      memory.clear();
      problems.clear();
      batch.forEach(vector -> problems.add(problemsAndStray(vector)));
    }
    VectorCounts counts = VectorCounts.NONE;
    for (int i = 0; i < batch.size(); i++) {
      boolean passed = problems.get(i).isEmpty();
      counts = counts.plus(new VectorCounts(passed ? 1 : 0, passed ? 0 : 1, 0));
      if (!passed) {
        mismatches.add(report(batch.get(i), problems.get(i)));
      }
    }
    return counts;
  }

  private List<String> problemsAndStray(PlacedVector vector) {
    List<String> problems = problems(vector);
    memory
        .stray()
        .ifPresent(
            at -> {
              problems.add(
                  String.format(
                      Locale.ROOT,
                      "memory changed at 0x%x, in a page that holds no entry of the vector",
                      memory.gpa(at)));
              memory.clear();
            });
    return problems;
  }

  /** What is wrong with the walk of one vector; nothing if the list is empty. */
  public List<String> problems(PlacedVector vector) {
    SlotLayout layout = memory.place(vector);
    Stage2VectorTrial trial = new Stage2VectorTrial(vector, memory);
    List<String> problems = new ArrayList<>();
    try {
      switch (vector) {
        case Stage2Vector alone -> trial.run(alone, engine, layout);
        case NestedVector nested -> trial.run(nested, engine, layout);
        case WalkVector _ ->
            throw new IllegalArgumentException("no second stage: " + vector.name());
      }
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      problems.add(CaseFailure.thrown(e));
    } finally {
      VectorPages.of(vector).forEach(memory::clearPage);
      memory.clearLogs();
    }
    problems.addAll(trial.problems());
    return problems;
  }

  private String report(PlacedVector vector, List<String> problems) {
    return String.format(
        "vector %s (%s), engine %s, memory %s%n  %s%n%s",
        vector.name(),
        vector.origin(),
        engine,
        kind,
        String.join("\n  ", problems),
        vector.origin().json());
  }

  @Override
  public void close() {
    memory.close();
  }
}
