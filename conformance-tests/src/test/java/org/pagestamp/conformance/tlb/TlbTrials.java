package org.pagestamp.conformance.tlb;

import java.util.Random;

/** Many guests of random steps, one after the other, without jqwik: for the planted bugs. */
public final class TlbTrials {
  private static final int STEPS = 500;

  private long steps;

  /** None yet. */
  public TlbTrials() {}

  /**
   * Tries guests.
   *
   * @throws AssertionError if one of them can tell the TLB from walking
   */
  public void run(long seed, int guests) {
    for (int guest = 0; guest < guests; guest++) {
      Random random = new Random(seed + guest);
      TlbTrial trial = new TlbTrial();
      for (int i = 0; i < STEPS; i++) {
        steps++;
        trial.then(RandomSteps.next(random));
      }
      trial.compareMemory();
    }
  }

  /** How many steps were begun. */
  public long steps() {
    return steps;
  }
}
