package org.pagestamp.tlb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/**
 * Hits, fills, faults and INVLPG allocate nothing, by the JVM's own count, once the JVM has linked
 * the first uses of its handles: what allocates does so in every round.
 */
class TlbAllocationTest {
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
  void nothingThatIsTranslatedAllocates() {
    assumeTrue(THREADS.isThreadAllocatedMemorySupported());
    THREADS.setThreadAllocatedMemoryEnabled(true);
    for (int ways = 1; ways <= 2; ways++) {
      TlbGuest guest = new TlbGuest(1, ways);
      for (long page = 0; page < 4; page++) {
        guest.map(page << 12, page == 3 ? 0 : TlbGuest.MAPPED);
      }
      assertEquals(0, leastAllocated(() -> round(guest.tlb), MOST_ROUNDS));
    }
    Runnable seen = () -> assertTrue(new Object[CALLS].length > 0);
    assertTrue(leastAllocated(seen, 3) >= CALLS, "a round that allocates is not seen");
  }

  /** Four pages, the last of which faults, share one set: each is accessed three times. */
  private static void round(SoftwareTlb tlb) {
    long faults = 0;
    for (int i = 0; i < CALLS; i++) {
      long gva = (i / 3 & 3L) << 12;
      faults += WalkResult.isFault(tlb.translate(gva, Access.WRITE)) ? 1 : 0;
      if (i % 64 == 0) {
        tlb.invlpg(gva);
      }
    }
    assertTrue(faults > CALLS / 5 && tlb.walks() > CALLS / 2);
  }
}
