package org.pagestamp.conformance.group;

import java.util.SplittableRandom;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.mode.PagingMode;

/** Shares the walks of a random group among guests, each of which is made by a seed of its own. */
final class RandomGuests {
  private RandomGuests() {}

  /** The walks of one guest. */
  interface Life {
    void live(long seed, int walks);
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
