package org.pagestamp.conformance.group;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.CaseJudge;
import org.pagestamp.conformance.ConformanceCase;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

/**
 * Batches of random walks of random guests, against the interpreted walker's single walks: the
 * answers and all memory after each batch. Most accessed and dirty bits are set, so that many walks
 * may be made together, and some are not, so that a walk changes what later ones of its batch read.
 *
 * <p>Expectations are a walker's, as those of {@link RandomWalks}, and the interpreted walker is
 * skipped for the same reason. A guest's life ends with its first failure.
 */
final class RandomBatches implements CaseGroup {
  private static final int WALKS_OF_A_GUEST = 250;
  private static final int MOST_IN_BATCH = 300;

  /** What is in the results, and behind them, before a batch: it is no answer. */
  private static final long UNTOUCHED = -1;

  private final CaseJudge judge = new ReferenceJudge(name());

  @Override
  public String name() {
    return "batch";
  }

  @Override
  public String purpose() {
    return "batches of random walks, some of which find bits to set: the same as one by one";
  }

  @Override
  public boolean covers(PagingMode mode) {
    return true;
  }

  @Override
  public boolean isRandom() {
    return true;
  }

  @Override
  public boolean isDivisible() {
    return true;
  }

  @Override
  public Optional<CaseJudge> judge() {
    return Optional.of(judge);
  }

  @Override
  public void run(PagingMode mode, Trial trial) {
    boolean isReference =
        MachinePair.isReference(trial.subject(), Role.of(mode, CpuFeatures.intel(46)));
    RandomGuests.forEach(
        mode,
        trial,
        trial.walks(),
        WALKS_OF_A_GUEST,
        (seed, walks) -> {
          if (isReference) {
            trial.skipped(walks);
          } else {
            live(mode, seed, walks, trial);
          }
        });
  }

  private void live(PagingMode mode, long seed, int walks, Trial trial) {
    try (RandomGuest guest = RandomGuest.of(trial.subject(), mode, seed)) {
      guest.mark();
      int made = 0;
      while (made < walks && !trial.stopped()) {
        Batch batch = new Batch(guest, walks - made);
        batch.make();
        if (!batch.problems().isEmpty()) {
          trial.failed(failure(mode, seed, walks, made, trial));
          return;
        }
        made += batch.gvas.length;
        trial.passed(batch.gvas.length);
      }
    }
  }

  /** Repeats a life up to the batch that failed, for the entries that it read. */
  private CaseFailure failure(PagingMode mode, long seed, int walks, int before, Trial trial) {
    try (RandomGuest guest = RandomGuest.of(trial.subject(), mode, seed)) {
      guest.mark();
      int made = 0;
      while (made < before) {
        Batch batch = new Batch(guest, walks - made);
        batch.make();
        made += batch.gvas.length;
      }
      Batch batch = new Batch(guest, walks - made);
      List<ConformanceCase> paths = Arrays.stream(batch.gvas).mapToObj(guest::pathAsCase).toList();
      batch.make();
      int at = batch.firstWrong();
      List<String> problems = new ArrayList<>(batch.problems());
      problems.add(
          String.format(
              Locale.ROOT,
              "in a batch of %d, at %d: seed %d, after %d walks",
              batch.gvas.length,
              at,
              seed,
              made));
      return new CaseFailure(
          name(),
          trial.subject().name(),
          paths.get(at),
          batch.expected[at],
          batch.actual[at],
          List.of(),
          problems);
    }
  }

  /** The next accesses of a guest, and what came of them. */
  private static final class Batch {
    private final RandomGuest guest;
    private final MachinePair pair;
    private final boolean loaded;
    private final long[] gvas;
    private final long[] expected;
    private final long[] actual;

    Batch(RandomGuest guest, int most) {
      this.guest = guest;
      pair = guest.pair();
      loaded = guest.next();
      guest.clearNowAndThen();
      gvas = guest.batch(Math.min(guest.batchSize(MOST_IN_BATCH), most));
      expected = new long[gvas.length];
      actual = new long[gvas.length + 1];
      Arrays.fill(actual, UNTOUCHED);
    }

    void make() {
      for (int i = 0; i < gvas.length; i++) {
        expected[i] = pair.walkRight(gvas[i], guest.access());
      }
      if (loaded) {
        pair.accessAllTried(gvas, guest.access(), actual);
      }
    }

    /** The place of the first wrong answer; 0 if there is none. */
    int firstWrong() {
      for (int i = 0; i < gvas.length; i++) {
        if (!pair.sameAnswer(expected[i], actual[i])) {
          return i;
        }
      }
      return 0;
    }

    List<String> problems() {
      if (pair.threw()) {
        return List.of(pair.thrown());
      }
      if (!loaded) {
        return List.of("CR3 is loaded, or refused, wrongly");
      }
      int at = firstWrong();
      if (!pair.sameAnswer(expected[at], actual[at]) || !pair.sameMemory()) {
        return pair.problems(expected[at], actual[at]);
      }
      return actual[gvas.length] == UNTOUCHED
          ? List.of()
          : List.of("writes behind the results of a batch");
    }
  }
}
