package org.pagestamp.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;

/**
 * Accesses allocate nothing, by the JVM's own count, once the JVM has linked the first uses of its
 * handles: what allocates does so in every round.
 */
class AccessAllocationTest {
  private static final int CALLS = 20_000;
  private static final int MOST_ROUNDS = 50;
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  private static long leastAllocated(Runnable round, int rounds) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < rounds && least > 0; i++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      round.run();
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }

  @Test
  void accessesAllocateNothing() {
    assumeTrue(THREADS.isThreadAllocatedMemorySupported());
    THREADS.setThreadAllocatedMemoryEnabled(true);
    AccessGuest guest =
        new AccessGuest(PagingMode.FOUR_LEVEL)
            .map(0x1000, 0x10, AccessGuest.W)
            .map(0x2000, AccessGuest.MORE_RAM, AccessGuest.W)
            .map(0x3000, AccessGuest.DEVICE, AccessGuest.W)
            .map(0x4000, AccessGuest.ROM, AccessGuest.W);
    GvaAccess access = new GvaAccess(guest.mmu(), MmioHandler.NONE);
    assertEquals(0, leastAllocated(() -> round(access), MOST_ROUNDS));
    Runnable seen = () -> assertTrue(new Object[CALLS].length > 0);
    assertTrue(leastAllocated(seen, 3) >= CALLS, "a round that allocates is not seen");
  }

  /** All sizes over all kinds of pages, the fault at the end included. */
  private static void round(GvaAccess access) {
    for (int i = 0; i < CALLS; i++) {
      long gva = 0x1000L + i % 0x4008;
      int size = 1 + i % 8;
      boolean _ = access.read(gva, size, Access.READ);
      boolean _ = access.write(gva, size, i, Access.READ);
      boolean _ = access.compareAndExchange(gva, size, i, ~i, Access.READ);
    }
  }
}
