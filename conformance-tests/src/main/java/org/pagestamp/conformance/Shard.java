package org.pagestamp.conformance;

/**
 * One of several parts of a run, which share its cases: each case is in one of them.
 *
 * @param number which, 1 to {@code of}
 * @param of how many there are
 */
public record Shard(int number, int of) {
  /** All of a run. */
  public static final Shard WHOLE = new Shard(1, 1);

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if there is no such part
   */
  public Shard {
    if (number < 1 || number > of) {
      throw new IllegalArgumentException("no shard " + number + " of " + of);
    }
  }

  /**
   * Whether something is in this part, if it is dealt out one by one.
   *
   * @param index the number of the thing, from 0
   */
  public boolean has(long index) {
    return index % of == number - 1;
  }

  /** For example {@code 2 of 8}. */
  @Override
  public String toString() {
    return number + " of " + of;
  }
}
