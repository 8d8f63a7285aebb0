package org.pagestamp.conformance.group;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.Shard;
import org.pagestamp.conformance.Stage2Failure;
import org.pagestamp.conformance.Subject;

/** A trial that counts, for tests of single groups. */
public final class CountingTrial implements CaseGroup.Trial {
  private final Subject subject;
  private final long walks;
  private final int mostFailures;
  private final Shard shard;
  private final List<CaseFailure> failures = new ArrayList<>();
  private final List<Stage2Failure> stage2Failures = new ArrayList<>();
  private long passed;
  private long skipped;

  /** A trial that runs to the end. */
  public CountingTrial(Subject subject, long walks) {
    this(subject, walks, Integer.MAX_VALUE);
  }

  /** A trial that stops after so many failures. */
  public CountingTrial(Subject subject, long walks, int mostFailures) {
    this(subject, walks, mostFailures, Shard.WHOLE);
  }

  /** As the other, of a part of the cases. */
  public CountingTrial(Subject subject, long walks, int mostFailures, Shard shard) {
    this.subject = subject;
    this.walks = walks;
    this.mostFailures = mostFailures;
    this.shard = shard;
  }

  /** Cases answered rightly. */
  public long passed() {
    return passed;
  }

  /** Cases of roles that the subject does not know. */
  public long skipped() {
    return skipped;
  }

  /** The failures without a second stage. */
  public List<CaseFailure> failures() {
    return failures;
  }

  /** The failures with a second stage. */
  public List<Stage2Failure> stage2Failures() {
    return stage2Failures;
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
  public Shard shard() {
    return shard;
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
  public void failed(Stage2Failure failure) {
    stage2Failures.add(failure);
  }

  @Override
  public boolean stopped() {
    return failures.size() + stage2Failures.size() >= mostFailures;
  }
}
