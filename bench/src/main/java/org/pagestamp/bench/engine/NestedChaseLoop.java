package org.pagestamp.bench.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.pagestamp.bench.image.NestedImage;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.nested.NestedWalker;

/**
 * The yardstick in two dimensions in Java: for each of the guest's tables the loads of stage 2 and
 * the guest's entry, at last the loads of stage 2 for the page. Otherwise as {@link ChaseLoop}.
 */
final class NestedChaseLoop implements WalkLoop {
  private static final NestedImage IMAGE =
      LoopClass.image(MethodHandles.lookup(), NestedImage.class);
  private static final MemorySegment MEMORY = IMAGE.memory();
  private static final int TOP = IMAGE.role().guest().mode().topLevel();
  private static final int STAGE2_TOP = IMAGE.role().stage2().format().topLevel();
  private static final int STAGE2_LEAF = IMAGE.stage2Leaf();

  /** The bits of a gpa that a large leaf of stage 2 leaves as they are. */
  private static final long IN_LARGE_PAGE = 0x1F_F000;

  /** Keeps an entry's frame inside the memory, so that C2 drops the bounds check. */
  private static final long FRAME = (MEMORY.byteSize() - 1) & EntryBits.FRAME;

  @SuppressWarnings("restricted") // absolute addresses: see ChaseLoop
  private static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final long BASE = MEMORY.address();

  private final long cr3;
  private final long root;

  NestedChaseLoop(NestedImage image, List<NestedWalker> unused) {
    cr3 = image.chaseRoot();
    root = image.root();
  }

  @Override
  public long walk(long gva) {
    return chase(gva, false);
  }

  @Override
  public long dependent(long[] gvas, int from, int to, long zero) {
    long sum = 0;
    long result = 0;
    for (int i = from; i < to; i++) {
      result = chase(gvas[i] | (result & zero), true);
      sum += result;
    }
    return sum;
  }

  @Override
  public long independent(long[] gvas, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += chase(gvas[i], false);
    }
    return sum;
  }

  /**
   * One chase.
   *
   * @param early a constant wherever this is called: whether the chain is to be short, or the
   *     instructions few
   */
  private long chase(long gva, boolean early) {
    long entry = cr3;
    if (TOP >= 5) {
      entry = guest(entry, gva >>> 45 & 0xFF8, early);
    }
    if (TOP >= 4) {
      entry = guest(entry, gva >>> 36 & 0xFF8, early);
      entry = guest(entry, gva >>> 27 & 0xFF8, early);
    } else {
      entry = load(entry, gva >>> 27 & 0x18, early); // in place of a register
    }
    entry = guest(entry, gva >>> 18 & 0xFF8, early);
    entry = guest(entry, gva >>> 9 & 0xFF8, early);
    return stage2(entry, early);
  }

  /** The guest's entry at {@code index} in the table that {@code entry} points to. */
  private long guest(long entry, long index, boolean early) {
    long offset = STAGE2_LEAF == 1 ? index : index | (entry & IN_LARGE_PAGE);
    return load(stage2(entry, early), offset, early);
  }

  /** The leaf of stage 2 for the frame that the guest's {@code entry} points to. */
  private long stage2(long entry, boolean early) {
    long found = root;
    if (STAGE2_TOP >= 5) {
      found = load(found, entry >>> 45 & 0x78, early); // gpas have 52 bits
    }
    found = load(found, entry >>> 36 & 0xFF8, early);
    found = load(found, entry >>> 27 & 0xFF8, early);
    found = load(found, entry >>> 18 & 0xFF8, early);
    return STAGE2_LEAF == 1 ? load(found, entry >>> 9 & 0xFF8, early) : found;
  }

  private static long load(long entry, long index, boolean early) {
    return early
        ? EVERYTHING.get(ValueLayout.JAVA_LONG_UNALIGNED, (BASE | index) + (entry & FRAME))
        : MEMORY.get(ValueLayout.JAVA_LONG_UNALIGNED, (entry & FRAME) + index);
  }
}
