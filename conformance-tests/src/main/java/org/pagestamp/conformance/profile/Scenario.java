package org.pagestamp.conformance.profile;

import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.profile.Profile;

/** A small guest and what is done with it. */
@FunctionalInterface
public interface Scenario {
  /** What a profile has no second dimension for. */
  String NOT_THERE = "-";

  /**
   * Sets the guest up for a profile, makes the walks, and tells in a few words what was seen: in
   * results, in memory, in dirty logs. Never what the profile is said to do.
   *
   * @param walkers who makes the walkers, and what memory is made of
   */
  String observe(Profile profile, WalkerSubject walkers);
}
