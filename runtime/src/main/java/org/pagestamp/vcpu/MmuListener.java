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
   * The first translation since the slots changed is about to be made, or the first use of a TLB. A
   * translation can be kept whose page has the same slot in both layouts, but only if no slot went
   * away, moved or became writable: it may have held the tables of any page.
   */
  void layoutChanged(SlotLayout before, SlotLayout after);

  /** The A20 gate opened or closed: everything is to be dropped. */
  void a20Changed();
}
