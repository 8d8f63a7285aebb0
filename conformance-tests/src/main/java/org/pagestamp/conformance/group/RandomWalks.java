package org.pagestamp.conformance.group;

import java.util.List;
import java.util.Optional;
import org.pagestamp.conformance.Answers;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.CaseJudge;
import org.pagestamp.conformance.ConformanceCase;
import org.pagestamp.conformance.Subject;
import org.pagestamp.mode.PagingMode;

/**
 * Random walks of random guests, against the interpreted walker: the answer and the entries read
 * after each walk, all memory and the dirty logs now and then. Where something differs, the guest's
 * life is repeated with every comparison after every walk; after a failure memory is mended, and
 * the guest goes on.
 *
 * <p>This group and {@link RandomBatches} have expectations that are a walker's. They find what
 * nobody thought of; whether both are wrong is for the other groups to tell. The interpreted walker
 * itself, over the same kind of memory, is skipped, since it would be compared with itself.
 */
final class RandomWalks implements CaseGroup {
  /** Making a guest costs as much as some hundred walks. */
  private static final int WALKS_OF_A_GUEST = 4_000;

  /** Comparing all memory costs as much as some dozen walks. */
  private static final int WALKS_OF_A_COMPARISON = 250;

  /** A walker that fails often fails in other ways with other guests. */
  private static final int FAILURES_OF_A_GUEST = 16;

  private final CaseJudge judge = new ReferenceJudge(name());

  @Override
  public String name() {
    return "random";
  }

  @Override
  public String purpose() {
    return "random roles, slots, tables and accesses: the same as the interpreted walker";
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
  public Optional<CaseJudge> judge() {
    return Optional.of(judge);
  }

  @Override
  public boolean isDivisible() {
    return true;
  }

  @Override
  public void run(PagingMode mode, Trial trial) {
    RandomGuests.forEachCompared(
        mode, trial, WALKS_OF_A_GUEST, (seed, walks) -> live(mode, seed, walks, trial));
  }

  private void live(PagingMode mode, long seed, int walks, Trial trial) {
    int passed = liveQuickly(mode, seed, walks, trial);
    if (passed >= 0) {
      trial.passed(passed);
    } else {
      liveCarefully(mode, seed, walks, trial);
    }
  }

  /** The number of walks made, or -1 if something differed. */
  private static int liveQuickly(PagingMode mode, long seed, int walks, Trial trial) {
    try (RandomGuest guest = RandomGuest.of(trial.subject(), mode, seed)) {
      int made = 0;
      while (made < walks && !trial.stopped()) {
        made++;
        boolean right = guest.next() && walksAlike(guest);
        boolean all = made % WALKS_OF_A_COMPARISON == 0 || made == walks;
        if (!right || (all && !guest.pair().sameMemory())) {
          return -1;
        }
      }
      return guest.pair().sameMemory() ? made : -1;
    }
  }

  private static boolean walksAlike(RandomGuest guest) {
    MachinePair pair = guest.pair();
    long expected = pair.accessRight(guest.gva(), guest.access());
    long actual = pair.accessTried(guest.gva(), guest.access());
    return !pair.threw() && pair.sameAnswer(expected, actual) && pair.sameEntries();
  }

  /** A life with every comparison after every walk, which goes on after failures. */
  private static final class CarefulLife implements AutoCloseable {
    private final RandomGuest guest;
    private ConformanceCase path;

    CarefulLife(Subject subject, PagingMode mode, long seed) {
      guest = RandomGuest.of(subject, mode, seed);
    }

    /** Makes the next walk; false if it is wrong. */
    boolean next() {
      boolean loaded = guest.next();
      path = guest.pathAsCase();
      if (loaded && walksAlike(guest) && guest.pair().sameMemory()) {
        return true;
      }
      guest.mend();
      return false;
    }

    /** The next walk, with all memory before it. */
    ConformanceCase nextWithMemory() {
      boolean _ = guest.next();
      return guest.memoryAsCase();
    }

    @Override
    public void close() {
      guest.close();
    }
  }

  private void liveCarefully(PagingMode mode, long seed, int walks, Trial trial) {
    int failures = 0;
    try (CarefulLife life = new CarefulLife(trial.subject(), mode, seed)) {
      int walk = 0;
      while (walk < walks && failures < FAILURES_OF_A_GUEST && !trial.stopped()) {
        walk++;
        if (life.next()) {
          trial.passed(1);
        } else {
          failures++;
          trial.failed(failure(life.path, mode, seed, walk, trial.subject()));
        }
      }
      if (failures == 0 && !trial.stopped()) {
        trial.failed(unrepeatable(trial.subject(), life.path, seed, walk));
      }
    }
  }

  private CaseFailure failure(
      ConformanceCase path, PagingMode mode, long seed, int walk, Subject subject) {
    return judge
        .judge(subject, path)
        .or(() -> judge.judge(subject, memoryBefore(mode, seed, walk, subject)))
        .orElseGet(() -> unrepeatable(subject, path, seed, walk));
  }

  /** The case with all memory, for walks that stray from the right path. */
  private static ConformanceCase memoryBefore(
      PagingMode mode, long seed, int walk, Subject subject) {
    try (CarefulLife life = new CarefulLife(subject, mode, seed)) {
      for (int i = 1; i < walk; i++) {
        boolean _ = life.next();
      }
      return life.nextWithMemory();
    }
  }

  private CaseFailure unrepeatable(Subject subject, ConformanceCase path, long seed, int walk) {
    String note =
        String.format(
            "only after other walks of the same guest: seed %d, walk %d; alone it is right",
            seed, walk);
    return new CaseFailure(
        name(),
        subject.name(),
        path,
        Answers.CR3_REFUSED,
        Answers.CR3_REFUSED,
        List.of(),
        List.of(note));
  }
}
