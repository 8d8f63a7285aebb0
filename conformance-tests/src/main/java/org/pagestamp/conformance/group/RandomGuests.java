package org.pagestamp.conformance.group;

import java.util.SplittableRandom;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

/** Shares the walks of a random group among guests, each of which is made by a seed of its own. */
final class RandomGuests {
  private RandomGuests() {}

  /** The walks of one guest. */
  interface Life {
    void live(long seed, int walks);
  }

  /**
   * As {@link #forEach}, with the trial's walks, for comparisons with the interpreted walker: skips
   * them all where that is the subject.
   */
  static void forEachCompared(
      PagingMode mode, CaseGroup.Trial trial, int walksOfAGuest, Life life) {
    boolean isReference =
        MachinePair.isReference(trial.subject(), Role.of(mode, CpuFeatures.intel(46)));
    forEach(
        mode,
        trial,
        trial.walks(),
        walksOfAGuest,
        (seed, walks) -> {
          if (isReference) {
            trial.skipped(walks);
          } else {
            life.live(seed, walks);
          }
        });
  }

  /**
   * Lets the guests of the trial's shard live, and skips those of roles that the subject does not
   * know.
   *
   * @param walks of all guests
   * @param walksOfAGuest the most that one gets
   */
  static void forEach(
      PagingMode mode, CaseGroup.Trial trial, long walks, int walksOfAGuest, Life life) {
    SplittableRandom seeds = new SplittableRandom(trial.seed() * 31 + mode.label().hashCode());
    long left = walks;
    for (long guest = 0; left > 0 && !trial.stopped(); guest++) {
      int share = (int) Math.min(left, walksOfAGuest);
      left -= share;
      long seed = seeds.nextLong();
      if (trial.shard().has(guest)) {
        if (trial.subject().knows(RandomRoles.role(mode, new SplittableRandom(seed)))) {
          life.live(seed, share);
        } else {
          trial.skipped(share);
        }
      }
    }
  }
}
