package org.pagestamp.bench.engine;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.pagestamp.bench.image.TableImage;

/** The yardstick in C: see {@code chase.c}. One call walks all addresses of a window. */
final class NativeChaseLoop implements WalkLoop {
  private final MethodHandle dependent;
  private final MethodHandle independent;
  private final MemorySegment memory;
  private final long cr3;

  /**
   * A loop over an image.
   *
   * @param name of the functions in {@code chase.c}
   */
  NativeChaseLoop(String name, TableImage image) {
    ChaseLibrary library = ChaseLibrary.load();
    dependent = library.chase(name, image.role().mode(), image.leafLevel(), true);
    independent = library.chase(name, image.role().mode(), image.leafLevel(), false);
    memory = image.memory();
    cr3 = image.cr3();
  }

  @Override
  public long walk(long gva) {
    return independent(new long[] {gva}, 0, 1);
  }

  @Override
  public long dependent(long[] gvas, int from, int to, long zero) {
    return call(dependent, gvas, from, to, zero);
  }

  @Override
  public long independent(long[] gvas, int from, int to) {
    return call(independent, gvas, from, to, 0);
  }

  private long call(MethodHandle chase, long[] gvas, int from, int to, long zero) {
    MemorySegment window = MemorySegment.ofArray(gvas).asSlice((long) from * Long.BYTES);
    try {
      return (long) chase.invokeExact(memory, cr3, window, (long) to - from, zero);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a native function throws nothing", e);
    }
  }
}
