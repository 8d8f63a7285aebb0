package org.pagestamp.codegen;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.pagestamp.slot.AccessorBacking;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SegmentBacking;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/**
 * Walks with a new class until the JIT has compiled it, as it compiles only what is called.
 *
 * <p>Every walk is an observer's. It repeats what some virtual CPU has done; by now the guest may
 * use the memory that it walks for something else, or want to know by an accessed bit whether it
 * walks there itself.
 *
 * <p>The end is a guess, since Java does not tell what is compiled: the class is no slower than the
 * walker in whose place it comes. For that the JIT's first compiler is enough; when the second one
 * is done the class changes over by itself.
 */
final class WarmUp {
  /** So many walks are timed together. */
  private static final int BLOCK = 512;

  /** After these HotSpot's thresholds are behind; what is missing is the JIT's time. */
  private static final int LEAST_WALKS = 10_240;

  private static final int MOST_WALKS = 100_000;
  private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** A break after each block, in which the JIT and the virtual CPUs get the processor. */
  private static final long BREAK_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  /** So many blocks one after the other must be fast. */
  private static final int FAST_BLOCKS = 4;

  /** One walk of so many strays. */
  private static final int STRAY = 8;

  private static final int[] ACCESSES =
      IntStream.range(0, Access.LIMIT).filter(Access::isValid).toArray();

  private final RecentWalks walks;
  private final long[] results;
  private long sum;
  private int next;

  WarmUp(RecentWalks walks) {
    this.walks = walks;
    this.results = new long[walks.gvas().length];
  }

  /**
   * Whether this thread may read all slots at any time: not what is confined to another thread, and
   * not what an accessor gives, since its reads may have effects.
   */
  static boolean mayRead(SlotLayout layout) {
    return layout.slots().stream().allMatch(WarmUp::mayRead);
  }

  private static boolean mayRead(MemSlot slot) {
    return switch (slot.backing()) {
      case AccessorBacking _ -> false;
      case SegmentBacking backing -> backing.segment().isAccessibleBy(Thread.currentThread());
    };
  }

  /** Walks until {@code cold} is as fast as {@code warm}, or for a while. */
  void run(Walker cold, Walker warm) {
    long start = System.nanoTime();
    int fast = 0;
    for (int made = BLOCK; made <= MOST_WALKS; made += BLOCK) {
      long nanos = block(cold);
      fast = nanos <= block(warm) ? fast + 1 : 0;
      if (walks.hasBatches()) {
        cold.walkAll(walks.observer(0), walks.gvas(), walks.access(0), results);
      }
      if ((made >= LEAST_WALKS && fast >= FAST_BLOCKS)
          || System.nanoTime() - start > MOST_NANOS
          || Thread.currentThread().isInterrupted()) {
        return;
      }
      LockSupport.parkNanos(this, BREAK_NANOS);
    }
  }

  private long block(Walker walker) {
    long start = System.nanoTime();
    int size = walks.size();
    for (int i = 0; i < BLOCK; i++) {
      int place = i % size;
      VcpuState observer = walks.observer(place);
      sum +=
          i % STRAY == 0
              ? stray(walker, observer, walks.gva(place))
              : walker.walk(observer, walks.gva(place), walks.access(place));
    }
    return System.nanoTime() - start;
  }

  /**
   * A walk with one address bit changed and an access of any kind: many end in a fault. What the
   * JIT has never seen happen it compiles as if it could not, and discards all when it does.
   */
  private long stray(Walker walker, VcpuState observer, long gva) {
    int bit = MemSlot.PAGE_SHIFT + next % (Long.SIZE - MemSlot.PAGE_SHIFT);
    int access = ACCESSES[next % ACCESSES.length];
    next++;
    return walker.walk(observer, gva ^ 1L << bit, access);
  }

  /** Depends on every walk, so that none is optimized away. */
  long sum() {
    return sum;
  }
}
