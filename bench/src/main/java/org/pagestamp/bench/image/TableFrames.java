package org.pagestamp.bench.image;

import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.pagestamp.slot.MemSlot;

/** Frames for tables, drawn at random from the slots that hold them, each once. */
final class TableFrames {
  private final Random random;
  private final List<SlotShape.Range> slots;
  private final BitSet used = new BitSet();

  TableFrames(Random random, List<SlotShape.Range> ranges) {
    this.random = random;
    slots = ranges.stream().filter(SlotShape.Range::holdsTables).toList();
  }

  /** A frame that nothing else is in. */
  long next() {
    return next(MemSlot.PAGE_SIZE);
  }

  /** So many bytes, aligned to as many, that nothing else is in. */
  long next(long byteSize) {
    int frames = Math.toIntExact(byteSize >>> MemSlot.PAGE_SHIFT);
    while (true) {
      long first = any(random, slots, byteSize);
      int gfn = Math.toIntExact(first >>> MemSlot.PAGE_SHIFT);
      int taken = nextUsed(gfn);
      if (taken < 0 || taken >= gfn + frames) {
        used.set(gfn, gfn + frames);
        return first;
      }
    }
  }

  /** The first frame from {@code gfn} on that was drawn, or -1. */
  int nextUsed(int gfn) {
    return used.nextSetBit(gfn);
  }

  /** So many bytes of some slot, aligned to as many, whatever else is in them. */
  static long any(Random random, List<SlotShape.Range> slots, long byteSize) {
    SlotShape.Range slot = slots.get(random.nextInt(slots.size()));
    return slot.base() + random.nextLong(slot.byteSize() / byteSize) * byteSize;
  }
}
