package org.pagestamp.conformance;

import java.util.List;

/**
 * One way in which a vector may end.
 *
 * @param expect what becomes of the access
 * @param after the entries that the walk read, with their values afterwards; entries not named keep
 *     the value they had
 */
public record Outcome(Expectation expect, List<VectorEntry> after) {
  /** Makes the list immutable. */
  public Outcome {
    after = List.copyOf(after);
  }
}
