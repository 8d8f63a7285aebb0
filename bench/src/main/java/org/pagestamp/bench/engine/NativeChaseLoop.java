package org.pagestamp.bench.engine;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.pagestamp.bench.image.NestedImage;
import org.pagestamp.bench.image.TableImage;

/** The yardstick in C: see {@code chase.c}. One call walks all addresses of a window. */
final class NativeChaseLoop implements WalkLoop {
  private final MethodHandle dependent;
  private final MethodHandle independent;
  private final MemorySegment memory;
  private final long cr3;
  private final long stage2Root;

  /**
   * A loop over an image.
   *
   * @param name of the functions in {@code chase.c}
   */
  NativeChaseLoop(String name, TableImage image) {
    this(
        "%s_%d_%d_%d"
            .formatted(
                name,
                image.role().mode().topLevel(),
                image.role().mode().entryBytes(),
                image.leafLevel()),
        image.memory(),
        image.cr3(),
        0);
  }

  /**
   * A loop over an image in two dimensions.
   *
   * @param name of the functions in {@code chase.c}
   */
  NativeChaseLoop(String name, NestedImage image) {
    this(
        "%s_nested_%d_%d_%d"
            .formatted(
                name,
                image.role().guest().mode().topLevel(),
                image.role().stage2().format().topLevel(),
                image.stage2Leaf()),
        image.memory(),
        image.chaseRoot(),
        image.root());
  }

  private NativeChaseLoop(String symbol, MemorySegment memory, long cr3, long stage2Root) {
    ChaseLibrary library = ChaseLibrary.load();
    dependent = library.chase(symbol + "_dependent");
    independent = library.chase(symbol + "_independent");
    this.memory = memory;
    this.cr3 = cr3;
    this.stage2Root = stage2Root;
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
      return (long) chase.invokeExact(memory, cr3, stage2Root, window, (long) to - from, zero);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a native function throws nothing", e);
    }
  }
}
