package org.pagestamp.vcpu;

import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/** What answers a virtual CPU where an address leads: an {@link Mmu}, or a TLB in front of one. */
@FunctionalInterface
public interface Translator {
  /**
   * Translates an address for an access that takes place.
   *
   * @param gva the linear address as the program has it
   * @param access a combination of the bits in {@link Access}
   * @return a {@link WalkResult}; of a fault, {@link WalkResult#isPageFault} tells #PF from #GP;
   *     with choices that make read-only tables a fault, also from an exit to the host
   * @throws IllegalArgumentException if {@code access} is not {@link Access#isValid valid}
   */
  long translate(long gva, int access);
}
