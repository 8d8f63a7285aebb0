package org.pagestamp.conformance.group;

import java.util.List;
import org.pagestamp.conformance.Answers;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.ConformanceCase;
import org.pagestamp.conformance.Subject;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

/**
 * Random walks of random guests, against the interpreted walker: the answer and the entries read
 * after each walk, all memory and the dirty logs now and then. Where something differs, the guest's
 * life is repeated with every comparison after every walk, and the walk at fault made small.
 *
 * <p>This is the one group whose expectations are a walker's. It finds what nobody thought of;
 * whether both are wrong is for the other groups to tell. The interpreted walker itself, over the
 * same kind of memory, is skipped, since it would be compared with itself.
 */
final class RandomWalks implements CaseGroup {
  /** Making a guest costs as much as some hundred walks. */
  private static final int WALKS_OF_A_GUEST = 4_000;

  /** Comparing all memory costs as much as some dozen walks. */
  private static final int WALKS_OF_A_COMPARISON = 250;

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

  private void live(PagingMode mode, long seed, int walks, Trial trial) {
    try (RandomGuest guest = RandomGuest.of(trial.subject(), mode, seed)) {
      MachinePair pair = guest.pair();
      int passed = 0;
      for (int i = 1; i <= walks && !trial.stopped(); i++) {
        boolean right = guest.next() && walksAlike(guest);
        boolean all = i % WALKS_OF_A_COMPARISON == 0 || i == walks;
        if (!right || (all && !pair.sameMemory())) {
          trial.failed(failure(mode, seed, i, trial.subject()));
          return;
        }
        passed++;
        if (all) {
          trial.passed(passed);
          passed = 0;
        }
      }
      trial.passed(passed);
    }
  }

  private static boolean walksAlike(RandomGuest guest) {
    MachinePair pair = guest.pair();
    long expected = pair.accessRight(guest.gva(), guest.access());
    try {
      long actual = pair.accessTried(guest.gva(), guest.access());
      return pair.sameAnswer(expected, actual) && pair.sameEntries();
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      return false;
    }
  }

  /** Lives again up to the first walk that goes wrong, the {@code last} one at the latest. */
  private CaseFailure failure(PagingMode mode, long seed, int last, Subject subject) {
    int walk = 0;
    ConformanceCase path = null;
    try (RandomGuest guest = RandomGuest.of(subject, mode, seed)) {
      boolean right = true;
      while (right && walk < last) {
        walk++;
        boolean loaded = guest.next();
        path = guest.pathAsCase();
        right = loaded && walksAlike(guest) && guest.pair().sameMemory();
      }
    }
    if (fails(subject, path)) {
      return small(subject, path);
    }
    ConformanceCase all = memoryBefore(mode, seed, walk, subject);
    return fails(subject, all) ? small(subject, all) : unrepeatable(subject, path, seed, walk);
  }

  /** The case with all memory, for walks that stray from the right path. */
  private static ConformanceCase memoryBefore(
      PagingMode mode, long seed, int walk, Subject subject) {
    try (RandomGuest guest = RandomGuest.of(subject, mode, seed)) {
      for (int i = 1; i < walk; i++) {
        boolean _ = guest.next() && walksAlike(guest);
      }
      boolean _ = guest.next();
      return guest.memoryAsCase();
    }
  }

  private boolean fails(Subject subject, ConformanceCase made) {
    return CaseJudge.judge(name(), subject, made).isPresent();
  }

  private CaseFailure small(Subject subject, ConformanceCase failing) {
    ConformanceCase small = CaseShrinker.shrink(failing, smaller -> fails(subject, smaller));
    return CaseJudge.judge(name(), subject, small).orElseThrow();
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
