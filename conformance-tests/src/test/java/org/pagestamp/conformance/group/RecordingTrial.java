package org.pagestamp.conformance.group;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.Subject;

/** A trial that remembers what came of it, and stops at the third failure. */
final class RecordingTrial implements CaseGroup.Trial {
  private final Subject subject;
  private final long walks;
  private final List<CaseFailure> failures = new ArrayList<>();
  private long passed;
  private long skipped;

  RecordingTrial(Subject subject, long walks) {
    this.subject = subject;
    this.walks = walks;
  }

  @Override
  public Subject subject() {
    return subject;
  }

  @Override
  public long seed() {
    return 1;
  }

  @Override
  public long walks() {
    return walks;
  }

  @Override
  public void passed(long cases) {
    passed += cases;
  }

  @Override
  public void skipped(long cases) {
    skipped += cases;
  }

  @Override
  public void failed(CaseFailure failure) {
    failures.add(failure);
  }

  @Override
  public boolean stopped() {
    return failures.size() >= 3;
  }

  long passedCases() {
    return passed;
  }

  long skippedCases() {
    return skipped;
  }

  List<CaseFailure> failures() {
    return failures;
  }
}
