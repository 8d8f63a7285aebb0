package org.pagestamp.vcpu;

import org.pagestamp.slot.SlotLayout;

/**
 * Told by an {@link Mmu} of all that makes cached translations worthless: a TLB that listens cannot
 * forget a flush. Called in the thread that uses the Mmu, after the change.
 */
public interface MmuListener {
  /** A register was written; never {@link RegisterWrite#DONE}, never a refusal. */
  void registerWritten(RegisterWrite write);

  /**
   * The first translation since the slots changed is about to be made, or the first use of a TLB.
   * Pages whose slot is the same in both layouts can be kept.
   */
  void layoutChanged(SlotLayout before, SlotLayout after);

  /** The A20 gate opened or closed: everything is to be dropped. */
  void a20Changed();
}
