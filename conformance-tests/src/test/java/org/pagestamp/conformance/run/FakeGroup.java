package org.pagestamp.conformance.run;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.mode.PagingMode;

/** A group of one case, which notes how it was called. */
class FakeGroup implements CaseGroup {
  private final String name;
  private final boolean random;
  private final List<String> calls = new ArrayList<>();

  FakeGroup(String name, boolean random) {
    this.name = name;
    this.random = random;
  }

  /** What was asked for, in order: {@code mode subject seed walks}. */
  List<String> calls() {
    return calls;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String purpose() {
    return "tries the run itself";
  }

  @Override
  public boolean covers(PagingMode mode) {
    return mode != PagingMode.NO_PAGING;
  }

  @Override
  public boolean isRandom() {
    return random;
  }

  @Override
  public void run(PagingMode mode, Trial trial) {
    calls.add(
        mode.label() + " " + trial.subject().name() + " " + trial.seed() + " " + trial.walks());
    walk(trial);
  }

  void walk(Trial trial) {
    trial.passed(1);
  }
}
