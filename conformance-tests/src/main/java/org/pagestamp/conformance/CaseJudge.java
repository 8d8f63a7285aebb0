package org.pagestamp.conformance;

import java.util.Optional;

/** Judges any case, whatever it is made of, on a machine of its own. */
public interface CaseJudge {
  /**
   * Has a subject make the access.
   *
   * @return what is wrong; empty if nothing is
   */
  Optional<CaseFailure> judge(Subject subject, ConformanceCase made);
}
