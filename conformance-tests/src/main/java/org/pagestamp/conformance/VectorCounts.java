package org.pagestamp.conformance;

/**
 * How many vectors went which way.
 *
 * @param passed walked as expected, or as an accepted alternative
 * @param mismatched walked otherwise
 * @param notSupported of a mode that is not supported yet, and so not walked
 */
public record VectorCounts(long passed, long mismatched, long notSupported) {
  /** No vector. */
  public static final VectorCounts NONE = new VectorCounts(0, 0, 0);

  /** All vectors. */
  public long total() {
    return passed + mismatched + notSupported;
  }

  /** The sums of both. */
  public VectorCounts plus(VectorCounts other) {
    return new VectorCounts(
        passed + other.passed, mismatched + other.mismatched, notSupported + other.notSupported);
  }

  /** For example {@code 2100 vectors: 2100 passed, 0 mismatched, 0 not supported yet}. */
  @Override
  public String toString() {
    return total()
        + " vectors: "
        + passed
        + " passed, "
        + mismatched
        + " mismatched, "
        + notSupported
        + " not supported yet";
  }
}
