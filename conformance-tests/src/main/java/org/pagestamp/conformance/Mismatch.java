package org.pagestamp.conformance;

import java.util.List;

/**
 * A vector that an engine does not walk as it must.
 *
 * @param vector the vector
 * @param engine name of the engine
 * @param memory the memory that it walked in
 * @param answer what the engine answered: a {@link org.pagestamp.walk.WalkResult}, or {@link
 *     Answers#CR3_REFUSED}, which also stands where it did not answer, and with a second stage
 * @param problems what is wrong, a sentence each
 * @param trace the walk as the engine explains it; empty if it does not get that far
 */
public record Mismatch(
    PlacedVector vector,
    String engine,
    MemoryKind memory,
    long answer,
    List<String> problems,
    String trace) {
  /** Makes the list immutable. */
  public Mismatch {
    problems = List.copyOf(problems);
  }

  /** The whole report, several lines; the last is the vector's own. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            "vector %s (%s), engine %s, memory %s%n",
            vector.name(), vector.origin(), engine, memory));
    for (String problem : problems) {
      text.append(String.format("  %s%n", problem));
    }
    trace.lines().forEach(line -> text.append(String.format("    %s%n", line)));
    return text.append(vector.origin().json()).toString();
  }
}
