package org.pagestamp.conformance.run;

/** Told how a run gets on. */
public interface RunListener {
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
