package org.pagestamp.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.walk.Walker;

/**
 * The yardstick: the four loads of a 4-level walk, each from where the entry before points, with
 * the index arithmetic and nothing else. No check of the entry, of the slot or of the address.
 *
 * <p>Each loop loads in the form that C2 makes the fastest of there. A template for {@link
 * LoopClass}, whose class data is the image's memory.
 */
final class ChaseLoop implements WalkLoop {
  private static final MemorySegment MEMORY = memory();

  /** Keeps an entry's frame inside the memory, so that C2 drops the bounds check. */
  private static final long FRAME = (MEMORY.byteSize() - 1) & EntryBits.FRAME;

  @SuppressWarnings("restricted") // absolute addresses: see loadEarly
  private static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final long BASE = MEMORY.address();

  private final long cr3;

  ChaseLoop(TableImage image, Walker unused) {
    cr3 = image.cr3();
  }

  private static MemorySegment memory() {
    try {
      return MethodHandles.classData(MethodHandles.lookup(), "_", MemorySegment.class);
    } catch (IllegalAccessException e) {
      throw new AssertionError("a class may read its own data", e);
    }
  }

  @Override
  public long walk(long gva) {
    return chase(gva);
  }

  @Override
  public long dependent(long[] gvas, long zero) {
    long sum = 0;
    long result = 0;
    for (long gva : gvas) {
      result = chaseShortChain(gva | (result & zero));
      sum += result;
    }
    return sum;
  }

  @Override
  public long independent(long[] gvas) {
    long sum = 0;
    for (long gva : gvas) {
      sum += chase(gva);
    }
    return sum;
  }

  private long chase(long gva) {
    long pml4e = load(cr3, gva >>> 36 & 0xFF8);
    long pdpte = load(pml4e, gva >>> 27 & 0xFF8);
    long pde = load(pdpte, gva >>> 18 & 0xFF8);
    return load(pde, gva >>> 9 & 0xFF8);
  }

  /** The fewest instructions. */
  private static long load(long entry, long index) {
    return MEMORY.get(ValueLayout.JAVA_LONG_UNALIGNED, (entry & FRAME) + index);
  }

  private long chaseShortChain(long gva) {
    long pml4e = loadEarly(cr3, gva >>> 36 & 0xFF8);
    long pdpte = loadEarly(pml4e, gva >>> 27 & 0xFF8);
    long pde = loadEarly(pdpte, gva >>> 18 & 0xFF8);
    return loadEarly(pde, gva >>> 9 & 0xFF8);
  }

  /**
   * The shortest way from one entry to the next: an AND and the load. Base and index are joined by
   * an OR, which C2 does not reorder, so they are ready before the entry is.
   */
  private static long loadEarly(long entry, long index) {
    return EVERYTHING.get(ValueLayout.JAVA_LONG_UNALIGNED, (BASE | index) + (entry & FRAME));
  }
}
