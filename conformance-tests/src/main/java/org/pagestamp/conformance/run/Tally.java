package org.pagestamp.conformance.run;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseJudge;
import org.pagestamp.conformance.PlacedVector;
import org.pagestamp.conformance.Stage2Failure;
import org.pagestamp.conformance.Subject;

/** The counts of one field of the matrix while the run goes on. */
final class Tally {
  private final String mode;
  private final String group;
  private final String engine;
  private final int failuresKept;
  private final List<Kept> kept = new ArrayList<>();
  private final Set<String> failedVectors = new HashSet<>();
  private long passed;
  private long failed;
  private long skipped;
  private long nanos;
  private boolean cutShort;

  /**
   * A failure and who failed.
   *
   * @param failure null if the case has a second stage, or the subject threw outside any case
   * @param stage2 the failure of a case with a second stage, or null
   * @param thrown what the subject threw outside any case, or null
   * @param judge judges the case anew, if there is a case and the group can do so
   */
  record Kept(
      Subject subject,
      CaseFailure failure,
      Stage2Failure stage2,
      Throwable thrown,
      Optional<CaseJudge> judge) {}

  Tally(String mode, String group, String engine, int failuresKept) {
    this.mode = mode;
    this.group = group;
    this.engine = engine;
    this.failuresKept = failuresKept;
  }

  void passed(long cases) {
    passed += cases;
  }

  void skipped(long cases) {
    skipped += cases;
  }

  void took(long time) {
    nanos += time;
  }

  void cutShort() {
    cutShort = true;
  }

  void failed(Subject subject, CaseFailure failure, Optional<CaseJudge> judge) {
    failed++;
    keep(new Kept(subject, failure, null, null, judge));
  }

  void failed(Subject subject, Stage2Failure failure) {
    failed++;
    keep(new Kept(subject, null, failure, null, Optional.empty()));
  }

  void threw(Subject subject, Throwable thrown) {
    failed++;
    keep(new Kept(subject, null, null, thrown, Optional.empty()));
  }

  /**
   * A vector failed, which counts once.
   *
   * @param countedAsPassed whether another subject of the engine walked it rightly before
   */
  void vectorFailed(Subject subject, CaseFailure failure, boolean countedAsPassed) {
    if (isNew(failure.vector().orElseThrow(), countedAsPassed)) {
      keep(new Kept(subject, failure, null, null, Optional.empty()));
    }
  }

  /** As the other, of a vector with a second stage. */
  void vectorFailed(Subject subject, Stage2Failure failure, boolean countedAsPassed) {
    if (isNew(failure.vector().orElseThrow(), countedAsPassed)) {
      keep(new Kept(subject, null, failure, null, Optional.empty()));
    }
  }

  private boolean isNew(PlacedVector vector, boolean countedAsPassed) {
    boolean isNew = failedVectors.add(vector.origin().toString());
    if (isNew) {
      failed++;
      passed -= countedAsPassed ? 1 : 0;
    }
    return isNew;
  }

  private void keep(Kept failure) {
    if (kept.size() < failuresKept) {
      kept.add(failure);
    }
  }

  List<Kept> kept() {
    return kept;
  }

  String mode() {
    return mode;
  }

  String group() {
    return group;
  }

  Cell cell() {
    return new Cell(mode, group, engine, passed, failed, skipped, nanos, cutShort);
  }
}
