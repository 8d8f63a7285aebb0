package org.pagestamp;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How much code allocates, by the JVM's own count. */
public final class AllocatedBytes {
  private static final int MOST_ROUNDS = 50;
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  private AllocatedBytes() {}

  /**
   * What the round of some that allocated least did allocate. What the JVM needs to compile and to
   * link the first uses of its handles comes in earlier rounds; what allocates does so in each.
   */
  public static long least(Runnable round) {
    assumeTrue(THREADS.isThreadAllocatedMemorySupported());
    THREADS.setThreadAllocatedMemoryEnabled(true);
    long least = Long.MAX_VALUE;
    for (int i = 0; i < MOST_ROUNDS && least > 0; i++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      round.run();
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }
}
