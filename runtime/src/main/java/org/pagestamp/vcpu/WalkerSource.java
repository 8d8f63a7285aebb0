package org.pagestamp.vcpu;

import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Walker;

/**
 * Where an {@link Mmu} gets its walkers: {@code InterpretedWalker::new}, a stamper's {@code stamp}
 * or a tiered stamper's {@code walker}.
 *
 * <p>Asked at the first translation after each change of the role or the slots. One that serves
 * several virtual CPUs must be safe for use by their threads; all three are.
 */
@FunctionalInterface
public interface WalkerSource {
  /** A walker for a role and a layout; may be one that was given before. */
  Walker walker(Role role, SlotLayout layout);
}
