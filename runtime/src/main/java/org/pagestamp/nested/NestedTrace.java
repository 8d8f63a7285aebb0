package org.pagestamp.nested;

import java.util.List;
import org.pagestamp.walk.Rule;

/**
 * How a two-dimensional walk comes to its answer: every entry of both dimensions in the order read.
 * After a fault the steps end with the one that failed.
 *
 * @param role the role of the walker
 * @param gva the linear address as given
 * @param access the access, see {@link org.pagestamp.walk.Access}
 * @param steps the guest's tables from the root down, then the page, then updates; immutable
 * @param rule what decided in the guest's dimension; null if stage 2 decided, in the last step
 * @param result what {@link NestedWalker#walk} returns, see {@link NestedResult}
 */
public record NestedTrace(
    NestedRole role, long gva, int access, List<NestedStep> steps, Rule rule, long result) {
  /** Makes the list immutable. */
  public NestedTrace {
    steps = List.copyOf(steps);
  }

  /** Entries read: 24 where both dimensions have four levels and 4-KiB pages. */
  public int loads() {
    return steps.stream().mapToInt(NestedStep::loads).sum();
  }
}
