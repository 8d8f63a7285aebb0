package org.pagestamp.conformance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Walks vectors with one subject, and judges.
 *
 * <p>Compared are: the result of the walk with the expected one or an accepted alternative; all of
 * memory; the dirty logs of the slots; and {@code probe} and {@code explain} with {@code walk}.
 * Pages that hold an entry of the vector are compared after each vector, all other memory after
 * each {@value #BATCH}: if a byte of it has changed, those vectors are walked again one by one, and
 * the one that does it is named. Vectors with a second stage are skipped if the subject has none.
 *
 * <p>Not safe for use by several threads. Must be closed, to release its memory.
 */
public final class VectorRun implements AutoCloseable {
  private static final int BATCH = 256;

  private final VectorMemory memory;
  private final VectorJudge judge;

  /** A run of {@code engine} over memory of the kind {@code kind}. */
  public VectorRun(Engine engine, MemoryKind kind) {
    this(new WalkerSubject(engine, kind));
  }

  /**
   * A run of any subject. One that is not ours is asked for one access of each vector; nothing is
   * required of its dirty logs.
   */
  public VectorRun(Subject subject) {
    memory = new VectorMemory(subject.memoryKind());
    judge = new VectorJudge(subject, memory);
  }

  /**
   * Walks one vector; empty if the subject did what it must.
   *
   * @param scan whether to look at all of memory, not only at the pages with entries of the vector
   */
  public Optional<Mismatch> judge(PlacedVector vector, boolean scan) {
    return scan ? judgeAndScan(vector) : judge.judge(vector);
  }

  /** Zeroes what vectors that were judged without a scan may have left in memory. */
  public void clean() {
    if (memory.stray().isPresent()) {
      memory.clear();
    }
  }

  /**
   * Walks all vectors up to the end of the file. What the listener hears comes a little after the
   * walk: once memory has been looked at.
   *
   * @throws VectorFormatException if a line is no vector; those before it have been judged
   * @throws IOException if the file cannot be read
   */
  public VectorCounts run(VectorReader vectors, VectorListener listener) throws IOException {
    VectorCounts counts = VectorCounts.NONE;
    List<PlacedVector> batch = new ArrayList<>();
    boolean more = true;
    while (more) {
      try {
        Optional<PlacedVector> next = vectors.next();
        next.filter(listener::wants).ifPresent(batch::add);
        more = next.isPresent() && !listener.stopped();
      } catch (IOException e) {
        judge(batch, listener);
        throw e;
      }
      if (!more || batch.size() == BATCH) {
        counts = counts.plus(judge(batch, listener));
        batch.clear();
      }
    }
    return counts;
  }

  private VectorCounts judge(List<PlacedVector> batch, VectorListener listener) {
    List<Optional<Mismatch>> verdicts = verdicts(batch, false);
    if (memory.stray().isPresent()) {
      memory.clear();
      verdicts = verdicts(batch, true);
    }
    VectorCounts counts = VectorCounts.NONE;
    for (int i = 0; i < batch.size(); i++) {
      counts = counts.plus(announce(batch.get(i), verdicts.get(i), listener));
    }
    return counts;
  }

  private List<Optional<Mismatch>> verdicts(List<PlacedVector> batch, boolean scanEach) {
    List<Optional<Mismatch>> verdicts = new ArrayList<>();
    for (PlacedVector vector : batch) {
      if (!judge.canWalk(vector)) {
        verdicts.add(Optional.empty());
      } else {
        verdicts.add(scanEach ? judgeAndScan(vector) : judge.judge(vector));
      }
    }
    return verdicts;
  }

  private Optional<Mismatch> judgeAndScan(PlacedVector vector) {
    Optional<Mismatch> verdict = judge.judge(vector);
    OptionalLong stray = memory.stray();
    if (stray.isEmpty()) {
      return verdict;
    }
    String problem =
        String.format(
            Locale.ROOT,
            "memory changed at 0x%x, in a page that holds no entry of the vector",
            memory.gpa(stray.getAsLong()));
    memory.clear();
    return Optional.of(
        verdict
            .map(known -> judge.add(known, problem))
            .orElseGet(() -> judge.mismatch(vector, problem)));
  }

  private VectorCounts announce(
      PlacedVector vector, Optional<Mismatch> verdict, VectorListener listener) {
    if (!judge.canWalk(vector)) {
      listener.skipped(vector);
      return new VectorCounts(0, 0, 1);
    }
    if (verdict.isPresent()) {
      listener.mismatched(verdict.get());
      return new VectorCounts(0, 1, 0);
    }
    listener.passed(vector);
    return new VectorCounts(1, 0, 0);
  }

  @Override
  public void close() {
    memory.close();
  }
}
