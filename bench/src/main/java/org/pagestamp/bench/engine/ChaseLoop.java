package org.pagestamp.bench.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.pagestamp.bench.image.TableImage;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Walker;

/**
 * The yardstick in Java: the loads that any walk of the mode needs, each from where the entry
 * before points, with the index arithmetic and nothing else. No check of the entry, of the slot or
 * of the address. The table of PAE's PDPTEs is read where CR3 points, in place of the registers.
 *
 * <p>Each loop loads in the form that C2 makes the fastest of there. A template for {@link
 * LoopClass}: what is constant of the image folds, as it does in a generated walker.
 */
final class ChaseLoop implements WalkLoop {
  private static final TableImage IMAGE = LoopClass.image(MethodHandles.lookup(), TableImage.class);
  private static final MemorySegment MEMORY = IMAGE.memory();
  private static final int TOP = IMAGE.role().mode().topLevel();
  private static final int LEAF = IMAGE.leafLevel();
  private static final boolean SHORT = IMAGE.role().mode() == PagingMode.TWO_LEVEL;
  private static final long PDPT_INDEX = TOP == 3 ? 0x18 : 0xFF8;

  /** Keeps an entry's frame inside the memory, so that C2 drops the bounds check. */
  private static final long FRAME = (MEMORY.byteSize() - 1) & EntryBits.FRAME;

  @SuppressWarnings("restricted") // absolute addresses: see loadEarly
  private static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final long BASE = MEMORY.address();

  private final long cr3;

  ChaseLoop(TableImage image, List<Walker> unused) {
    cr3 = image.cr3();
  }

  @Override
  public long walk(long gva) {
    return chase(gva);
  }

  @Override
  public long dependent(long[] gvas, int from, int to, long zero) {
    long sum = 0;
    long result = 0;
    for (int i = from; i < to; i++) {
      result = chaseShortChain(gvas[i] | (result & zero));
      sum += result;
    }
    return sum;
  }

  @Override
  public long independent(long[] gvas, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i++) {
      sum += chase(gvas[i]);
    }
    return sum;
  }

  private long chase(long gva) {
    if (TOP == 0) {
      return gva & EntryBits.FRAME_32;
    }
    long entry = cr3;
    if (SHORT) {
      entry = load(entry, gva >>> 20 & 0xFFC);
      return LEAF == 1 ? load(entry, gva >>> 10 & 0xFFC) : entry;
    }
    if (TOP >= 5) {
      entry = load(entry, gva >>> 45 & 0xFF8);
    }
    if (TOP >= 4) {
      entry = load(entry, gva >>> 36 & 0xFF8);
    }
    entry = load(entry, gva >>> 27 & PDPT_INDEX);
    if (LEAF <= 2) {
      entry = load(entry, gva >>> 18 & 0xFF8);
    }
    return LEAF == 1 ? load(entry, gva >>> 9 & 0xFF8) : entry;
  }

  /** The fewest instructions. */
  private static long load(long entry, long index) {
    return SHORT
        ? Integer.toUnsignedLong(
            MEMORY.get(ValueLayout.JAVA_INT_UNALIGNED, (entry & FRAME) + index))
        : MEMORY.get(ValueLayout.JAVA_LONG_UNALIGNED, (entry & FRAME) + index);
  }

  private long chaseShortChain(long gva) {
    if (TOP == 0) {
      return gva & EntryBits.FRAME_32;
    }
    long entry = cr3;
    if (SHORT) {
      entry = loadEarly(entry, gva >>> 20 & 0xFFC);
      return LEAF == 1 ? loadEarly(entry, gva >>> 10 & 0xFFC) : entry;
    }
    if (TOP >= 5) {
      entry = loadEarly(entry, gva >>> 45 & 0xFF8);
    }
    if (TOP >= 4) {
      entry = loadEarly(entry, gva >>> 36 & 0xFF8);
    }
    entry = loadEarly(entry, gva >>> 27 & PDPT_INDEX);
    if (LEAF <= 2) {
      entry = loadEarly(entry, gva >>> 18 & 0xFF8);
    }
    return LEAF == 1 ? loadEarly(entry, gva >>> 9 & 0xFF8) : entry;
  }

  /**
   * The shortest way from one entry to the next: an AND and the load. Base and index are joined by
   * an OR, which C2 does not reorder, so they are ready before the entry is.
   */
  private static long loadEarly(long entry, long index) {
    long address = (BASE | index) + (entry & FRAME);
    return SHORT
        ? Integer.toUnsignedLong(EVERYTHING.get(ValueLayout.JAVA_INT_UNALIGNED, address))
        : EVERYTHING.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
  }
}
