package org.pagestamp.conformance.group;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.Subject;

/** A trial that counts, for tests of single groups. */
final class CountingTrial implements CaseGroup.Trial {
  private final Subject subject;
  private final long walks;
  private final List<CaseFailure> failures = new ArrayList<>();
  private long passed;
  private long skipped;

  CountingTrial(Subject subject, long walks) {
    this.subject = subject;
    this.walks = walks;
  }

  long passed() {
    return passed;
  }

  long skipped() {
    return skipped;
  }

  List<CaseFailure> failures() {
    return failures;
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
    return false;
  }
}
