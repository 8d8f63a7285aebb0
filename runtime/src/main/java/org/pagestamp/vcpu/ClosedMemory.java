package org.pagestamp.vcpu;

import java.lang.foreign.MemorySegment;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SegmentBacking;
import org.pagestamp.slot.SlotLayout;

/** A slot whose memory was closed while the slot was still there: a mistake of the emulator's. */
final class ClosedMemory {
  private ClosedMemory() {}

  /** What a walk threw, in words that help where the memory of a slot was closed. */
  static IllegalStateException explained(IllegalStateException thrown, SlotLayout layout) {
    for (MemSlot slot : layout.slots()) {
      if (slot.backing() instanceof SegmentBacking(MemorySegment segment, long _)
          && !segment.scope().isAlive()) {
        return new IllegalStateException(
            "the memory of slot "
                + slot
                + " is closed: delete the slot and call MemorySlots.awaitUse before closing it",
            thrown);
      }
    }
    return thrown;
  }
}
