package org.pagestamp.conformance;

import java.util.List;
import java.util.Optional;

/**
 * A case with a second stage that a subject does not answer as it must.
 *
 * @param problems what is wrong, and what the case is, a sentence each
 * @param vector the vector that failed, if the case is one
 */
public record Stage2Failure(List<String> problems, Optional<PlacedVector> vector) {
  /** Makes the list immutable. */
  public Stage2Failure {
    problems = List.copyOf(problems);
  }
}
