package org.pagestamp.conformance.group;

import java.util.List;
import java.util.Locale;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
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
  private static final int WALKS_OF_A_GUEST = 400;
  private static final int MOST_IN_BATCH = 300;

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

  private static void live(PagingMode mode, long seed, int walks, Trial trial) {
    try (RandomGuest guest = RandomGuest.of(trial.subject(), mode, seed)) {
      if (mode != PagingMode.NO_PAGING) {
        guest.mark();
      }
      int made = 0;
      while (made < walks && !trial.stopped()) {
        boolean loaded = guest.next();
        long[] gvas = guest.batch(Math.min(guest.batchSize(MOST_IN_BATCH), walks - made));
        String where = String.format(Locale.ROOT, "seed %d, after %d walks", seed, made);
        made += gvas.length;
        if (!passes(guest, loaded, gvas, where, trial)) {
          return;
        }
        trial.passed(gvas.length);
      }
    }
  }

  private static boolean passes(
      RandomGuest guest, boolean loaded, long[] gvas, String where, Trial trial) {
    MachinePair pair = guest.pair();
    if (!loaded) {
      fail(guest, 0, 0, "CR3 is loaded, or refused, wrongly: " + where, trial);
      return false;
    }
    long[] expected = new long[gvas.length];
    for (int i = 0; i < gvas.length; i++) {
      expected[i] = pair.accessRight(gvas[i], guest.access());
    }
    long[] actual = pair.accessAllTried(gvas, guest.access());
    if (pair.threw()) {
      fail(guest, 0, 0, pair.thrown() + " in a batch: " + where, trial);
      return false;
    }
    for (int i = 0; i < gvas.length; i++) {
      if (!pair.sameAnswer(expected[i], actual[i])) {
        guest.gva(gvas[i]);
        String place = String.format(Locale.ROOT, "at %d of a batch of %d: ", i, gvas.length);
        fail(guest, expected[i], actual[i], place + where, trial);
        return false;
      }
    }
    if (!pair.sameMemory()) {
      String differing = String.join("; ", pair.problems(expected[0], expected[0]));
      fail(guest, expected[0], actual[0], differing + " after a batch: " + where, trial);
      return false;
    }
    return true;
  }

  /** Tells of a failure, with the entries that its access reads now. */
  private static void fail(
      RandomGuest guest, long expected, long actual, String problem, Trial trial) {
    ConformanceCase path = guest.pathAsCase();
    trial.failed(
        new CaseFailure(
            "batch", trial.subject().name(), path, expected, actual, List.of(), List.of(problem)));
  }
}
