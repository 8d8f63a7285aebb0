package org.pagestamp.conformance;

/**
 * How many vectors went which way.
 *
 * @param passed walked as expected, or as an accepted alternative
 * @param mismatched walked otherwise
 * @param skipped of a second stage, which the subject has not, and so not walked
 */
public record VectorCounts(long passed, long mismatched, long skipped) {
  /** No vector. */
  public static final VectorCounts NONE = new VectorCounts(0, 0, 0);

  /** All vectors. */
  public long total() {
    return passed + mismatched + skipped;
  }

  /** The sums of both. */
  public VectorCounts plus(VectorCounts other) {
    return new VectorCounts(
        passed + other.passed, mismatched + other.mismatched, skipped + other.skipped);
  }

  /** For example {@code 2100 vectors: 2100 passed, 0 mismatched, 0 skipped}. */
  @Override
  public String toString() {
    return total()
        + " vectors: "
        + passed
        + " passed, "
        + mismatched
        + " mismatched, "
        + skipped
        + " skipped";
  }
}
