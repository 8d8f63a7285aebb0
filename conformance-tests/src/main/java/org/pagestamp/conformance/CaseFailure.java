package org.pagestamp.conformance;

import java.util.List;
import java.util.Optional;

/**
 * A case that a subject does not answer as it must.
 *
 * @param group the group's name
 * @param subject the subject's name
 * @param failed the access
 * @param expected the right answer, a {@link org.pagestamp.walk.WalkResult}, or {@link
 *     Answers#CR3_REFUSED}
 * @param actual what the subject answered
 * @param after the right values of the entries read, after the access
 * @param problems what is wrong, a sentence each
 * @param vector the vector that failed, if the case is one
 */
public record CaseFailure(
    String group,
    String subject,
    ConformanceCase failed,
    long expected,
    long actual,
    List<VectorEntry> after,
    List<String> problems,
    Optional<WalkVector> vector) {
  /** Makes the lists immutable. */
  public CaseFailure {
    after = List.copyOf(after);
    problems = List.copyOf(problems);
  }

  /** A failure of a case that a group made. */
  public CaseFailure(
      String group,
      String subject,
      ConformanceCase failed,
      long expected,
      long actual,
      List<VectorEntry> after,
      List<String> problems) {
    this(group, subject, failed, expected, actual, after, problems, Optional.empty());
  }

  /**
   * The failure of a vector.
   *
   * @param group the group's name
   * @param subject the subject's name
   * @param mismatch what is wrong
   */
  public static CaseFailure of(String group, String subject, Mismatch mismatch) {
    WalkVector vector = mismatch.vector();
    Outcome right = vector.outcomes().getFirst();
    ConformanceCase made =
        new ConformanceCase(
            vector.role(),
            vector.slots(),
            vector.memory(),
            vector.cr3(),
            vector.pkru(),
            vector.pkrs(),
            vector.gva(),
            vector.access());
    return new CaseFailure(
        group,
        subject,
        made,
        right.expect().answer(vector.role().mode()),
        mismatch.answer(),
        right.after(),
        mismatch.problems(),
        Optional.of(vector));
  }
}
