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
 * @param actual what the subject answered; {@link Answers#CR3_REFUSED} also if it threw
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

  /** The same with other problems. */
  public CaseFailure withProblems(List<String> others) {
    return new CaseFailure(group, subject, failed, expected, actual, after, others, vector);
  }

  /**
   * What is wrong if a subject throws: the exception and where it comes from, a sentence.
   *
   * @param thrown by the subject
   */
  public static String thrown(Throwable thrown) {
    StackTraceElement[] frames = thrown.getStackTrace();
    return "threw " + thrown + (frames.length == 0 ? "" : " at " + frames[0]);
  }

  /**
   * The failure of a vector of one dimension.
   *
   * @param group the group's name
   * @param subject the subject's name
   * @param vector the vector
   * @param mismatch what is wrong with its walk
   */
  public static CaseFailure of(String group, String subject, WalkVector vector, Mismatch mismatch) {
    Outcome right = vector.outcomes().getFirst();
    return new CaseFailure(
        group,
        subject,
        ConformanceCase.of(vector),
        right.expect().answer(vector.role().mode()),
        mismatch.answer(),
        right.after(),
        mismatch.problems(),
        Optional.of(vector));
  }
}
