package org.pagestamp.conformance.nested;

import java.util.List;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.Stage2Role;

/** Cases of stage 2 alone: those of each role of each format are a part of a divided run. */
abstract class Stage2Group implements CaseGroup {
  @Override
  public boolean covers(PagingMode mode) {
    return mode == PagingMode.NO_PAGING;
  }

  @Override
  public boolean isDivisible() {
    return true;
  }

  /** The roles of 4- or 5-level EPT that the group tries. */
  abstract List<Stage2Role> ept(EptMode mode);

  /** The roles of NPT that the group tries. */
  abstract List<Stage2Role> npt(PagingMode host);

  /** Makes the cases of a role, for a subject with a second stage. */
  abstract void run(Stage2Role role, Trial trial);

  @Override
  public void run(PagingMode mode, Trial trial) {
    long part = 0;
    for (EptMode format : EptMode.values()) {
      for (Stage2Role role : ept(format)) {
        runPart(role, part++, trial);
      }
    }
    for (PagingMode host : Stage2Roles.HOSTS) {
      for (Stage2Role role : npt(host)) {
        runPart(role, part++, trial);
      }
    }
  }

  private void runPart(Stage2Role role, long part, Trial trial) {
    Trial one = trial.ofMode(Stage2Labels.of(role));
    if (!trial.shard().has(part) || one.stopped()) {
      return;
    }
    if (trial.subject().stage2().isEmpty()) {
      one.skipped(1);
    } else {
      run(role, one);
    }
  }
}
