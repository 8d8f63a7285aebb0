package org.pagestamp.conformance.run;

import java.util.List;
import java.util.Optional;
import org.pagestamp.conformance.PlacedVector;
import org.pagestamp.conformance.VectorWriter;
import org.pagestamp.conformance.WalkVector;
import org.pagestamp.walk.WalkTrace;

/**
 * A case answered wrongly, as small as it could be made.
 *
 * @param mode the mode's label
 * @param group the group's name
 * @param subject the subject's name
 * @param problems what is wrong, a sentence each
 * @param vector the case; empty if the subject failed without one, or without paging, or if the
 *     case has a second stage and is no vector
 * @param recurs whether the vector, walked alone, fails as well
 * @param right how the reference walker comes to its answer; empty if it cannot be asked
 */
public record RunFailure(
    String mode,
    String group,
    String subject,
    List<String> problems,
    Optional<PlacedVector> vector,
    boolean recurs,
    Optional<WalkTrace> right) {
  /** Makes the list immutable. */
  public RunFailure {
    problems = List.copyOf(problems);
  }

  /** The case as a line of a vector file. */
  public Optional<String> json() {
    return vector.flatMap(
        each ->
            each instanceof WalkVector walk
                ? VectorWriter.write(walk)
                : Optional.of(each.origin().json()));
  }
}
