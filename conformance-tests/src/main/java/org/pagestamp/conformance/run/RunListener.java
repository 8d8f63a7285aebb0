package org.pagestamp.conformance.run;

/** Told how a run gets on. */
public interface RunListener {
  /**
   * A round of a run of several begins.
   *
   * @param round counted from 1
   * @param rounds how many there are
   * @param seed the seed of this round, with which another run could go on here
   */
  default void beginsRound(long round, long rounds, long seed) {}

  /**
   * A step begins.
   *
   * @param step counted from 1
   * @param steps how many there are
   * @param what for example {@code pae permissions generated}
   */
  default void begins(int step, int steps, String what) {}

  /**
   * Cases were walked, passed or failed.
   *
   * @param cases of the whole run so far
   */
  default void walked(long cases) {}
}
