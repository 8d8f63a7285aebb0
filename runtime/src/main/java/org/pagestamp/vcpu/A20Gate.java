package org.pagestamp.vcpu;

import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.WalkResult;

/** The gate of the PC that keeps address bit 20 clear, for programs written for an 8086. */
final class A20Gate {
  private static final long BIT_20 = 1L << 20;

  private A20Gate() {}

  /** What a walk's result becomes behind the closed gate: another page, perhaps in another slot. */
  static long closed(long result, SlotLayout layout) {
    if (WalkResult.isFault(result) || (result & BIT_20) == 0) {
      return result;
    }
    long page = result & ~(BIT_20 | WalkResult.NO_SLOT | WalkResult.READ_ONLY_SLOT);
    long gfn = WalkResult.pageGpa(page) >>> MemSlot.PAGE_SHIFT;
    return page | WalkResult.slotBits(layout.find(gfn));
  }
}
