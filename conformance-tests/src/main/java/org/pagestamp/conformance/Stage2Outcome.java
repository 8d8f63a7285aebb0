package org.pagestamp.conformance;

import java.util.List;

/**
 * One way in which a vector with a second stage may end.
 *
 * @param expect what becomes of the access
 * @param after the entries that the walk read, with their values afterwards; entries not named keep
 *     the value they had
 */
public record Stage2Outcome(Stage2Expectation expect, List<VectorEntry> after) {
  /** Makes the list immutable. */
  public Stage2Outcome {
    after = List.copyOf(after);
  }
}
