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
import org.pagestamp.mode.PagingMode;

/**
 * Batches of random walks of random guests, against the interpreted walker's single walks: the
 * answers and all memory after each batch. Most accessed and dirty bits are set, so that many walks
 * may be made together, and some are not, so that a walk changes what later ones of its batch read.
 *
 * <p>Expectations are a walker's, as those of {@link RandomWalks}, and the interpreted walker is
 * skipped for the same reason. A guest's life ends with its first failure.
 */
final class RandomBatches implements CaseGroup {
  /** Few, as each guest has a role and slots of its own. */
  private static final int WALKS_OF_A_GUEST = 400;

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
    RandomGuests.forEachCompared(
        mode, trial, WALKS_OF_A_GUEST, (seed, walks) -> live(mode, seed, walks, trial));
  }

  private void live(PagingMode mode, long seed, int walks, Trial trial) {
    try (RandomGuest guest = RandomGuest.of(trial.subject(), mode, seed)) {
      guest.mark();
      int made = 0;
      while (made < walks && !trial.stopped()) {
        Batch batch = new Batch(guest, walks - made);
        int size = batch.make();
        if (!batch.problems().isEmpty()) {
          trial.failed(failure(mode, seed, walks, made, trial));
          return;
        }
        made += size;
        trial.passed(size);
      }
    }
  }

  /** Repeats a life up to the batch that failed, for the entries that it read. */
  private CaseFailure failure(PagingMode mode, long seed, int walks, int before, Trial trial) {
    try (RandomGuest guest = RandomGuest.of(trial.subject(), mode, seed)) {
      guest.mark();
      int made = 0;
      while (made < before) {
        made += new Batch(guest, walks - made).make();
      }
      Batch batch = new Batch(guest, walks - made);
      List<ConformanceCase> paths = Arrays.stream(batch.gvas).mapToObj(guest::pathAsCase).toList();
      int size = batch.make();
      int at = batch.firstWrong();
      List<String> problems = new ArrayList<>(batch.problems());
      problems.add(
          String.format(
              Locale.ROOT,
              "in a batch of %d, at %d: seed %d, after %d walks",
              size,
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
      gvas = guest.batch(Math.min(MOST_IN_BATCH, most));
      expected = new long[gvas.length];
      actual = new long[gvas.length + 1];
      Arrays.fill(actual, UNTOUCHED);
    }

    /** Makes them on both machines, and returns how many there are. */
    int make() {
      for (int i = 0; i < gvas.length; i++) {
        expected[i] = pair.walkRight(gvas[i], guest.access());
      }
      if (loaded) {
        pair.accessAllTried(gvas, guest.access(), actual);
      }
      return gvas.length;
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
