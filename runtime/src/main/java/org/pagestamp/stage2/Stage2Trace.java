package org.pagestamp.stage2;

import java.util.List;

/**
 * How a stage-2 walk comes to its answer: every entry in the order read. After a fault the steps
 * end with the entry that caused it, or, for missing rights, with the leaf.
 *
 * @param role the role of the walker
 * @param gpa the guest-physical address
 * @param access the access, see {@link Stage2Access}
 * @param steps the entries read, the root's first; immutable; none if no level holds the address
 * @param result what {@link Stage2Walker#walk} returns, see {@link Stage2Result}
 */
public record Stage2Trace(
    Stage2Role role, long gpa, int access, List<Stage2Step> steps, long result) {
  /** Makes the list immutable. */
  public Stage2Trace {
    steps = List.copyOf(steps);
  }
}
