package org.pagestamp.nested;

import org.pagestamp.stage2.Stage2Trace;
import org.pagestamp.walk.WalkStep;

/**
 * One step along the guest's own path: a walk of stage 2, and what was read behind it.
 *
 * @param purpose why the step is made
 * @param level of the guest's table, 1 to 5; 0 for the page
 * @param stage2 how stage 2 was walked; null for a PDPTE register, which needs no stage 2
 * @param entry the guest's entry, whose {@code entryGpa} is where stage 2 leads to; null where none
 *     is read: at the page, in an update, and where stage 2 fails
 */
public record NestedStep(Purpose purpose, int level, Stage2Trace stage2, WalkStep entry) {
  /** Why a step is made. */
  public enum Purpose {
    /** To read an entry of the guest's tables. */
    TABLE,
    /** To reach the page. */
    PAGE,
    /** To set accessed and dirty bits, where that asks stage 2 again. */
    UPDATE
  }

  /** Entries read in this step, those of stage 2 included. */
  public int loads() {
    int guest = entry != null && entry.slot() >= 0 ? 1 : 0;
    return guest
        + (stage2 == null
            ? 0
            : (int) stage2.steps().stream().filter(step -> step.slot() >= 0).count());
  }
}
