package org.pagestamp.guest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.pagestamp.slot.MemSlot;

/** Free 4-KiB frames in random order. */
final class Frames {
  private final List<Long> frames = new ArrayList<>();
  private int taken;

  /** The frames of {@code pools}, each of {@code poolSize} bytes. */
  Frames(List<Long> pools, long poolSize, Random random) {
    for (long pool : pools) {
      for (long at = 0; at < poolSize; at += MemSlot.PAGE_SIZE) {
        frames.add(pool + at);
      }
    }
    Collections.shuffle(frames, random);
  }

  long next() {
    if (taken == frames.size()) {
      throw new IllegalStateException("too few frames");
    }
    return frames.get(taken++);
  }
}
