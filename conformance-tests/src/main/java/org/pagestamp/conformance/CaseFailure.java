package org.pagestamp.conformance;

import java.util.List;

/**
 * A case that a subject does not answer as it must.
 *
 * @param group the group's name
 * @param subject the subject's name
 * @param failed the access
 * @param expected the right answer, a {@link org.pagestamp.walk.WalkResult}
 * @param actual what the subject answered
 * @param after the right values of the entries read, after the access
 * @param problems what is wrong, a sentence each
 */
public record CaseFailure(
    String group,
    String subject,
    ConformanceCase failed,
    long expected,
    long actual,
    List<VectorEntry> after,
    List<String> problems) {
  /** Makes the lists immutable. */
  public CaseFailure {
    after = List.copyOf(after);
    problems = List.copyOf(problems);
  }
}
