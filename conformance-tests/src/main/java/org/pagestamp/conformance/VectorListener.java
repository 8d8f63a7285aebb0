package org.pagestamp.conformance;

/** Told of each vector of a run, in the order of the file. */
public interface VectorListener {
  /** Whether to walk this vector; one that is not walked is not counted either. */
  default boolean wants(PlacedVector vector) {
    return true;
  }

  /** Whether to stop before the end of the file. */
  default boolean stopped() {
    return false;
  }

  /** A vector was walked as it must be. */
  default void passed(PlacedVector vector) {}

  /** A vector was not. */
  default void mismatched(Mismatch mismatch) {}

  /** A vector was not walked, as it needs a second stage, which the subject has not. */
  default void skipped(PlacedVector vector) {}
}
