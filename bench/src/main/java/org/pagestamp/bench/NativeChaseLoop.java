package org.pagestamp.bench;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The yardstick in C: see {@code chase.c}. One call walks all addresses. */
final class NativeChaseLoop implements WalkLoop {
  private final MethodHandle dependent;
  private final MethodHandle independent;
  private final MemorySegment memory;
  private final long cr3;

  NativeChaseLoop(TableImage image) {
    ChaseLibrary library = ChaseLibrary.compile();
    dependent = library.chase(image.role().mode(), image.leafLevel(), true);
    independent = library.chase(image.role().mode(), image.leafLevel(), false);
    memory = image.memory();
    cr3 = image.cr3();
  }

  @Override
  public long walk(long gva) {
    return independent(new long[] {gva});
  }

  @Override
  public long dependent(long[] gvas, long zero) {
    return call(dependent, gvas, zero);
  }

  @Override
  public long independent(long[] gvas) {
    return call(independent, gvas, 0);
  }

  private long call(MethodHandle chase, long[] gvas, long zero) {
    try {
      return (long)
          chase.invokeExact(memory, cr3, MemorySegment.ofArray(gvas), (long) gvas.length, zero);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a native function throws nothing", e);
    }
  }
}
