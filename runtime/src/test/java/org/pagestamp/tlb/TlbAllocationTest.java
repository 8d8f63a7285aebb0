package org.pagestamp.tlb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.pagestamp.AllocatedBytes;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/**
 * Hits, fills, faults and INVLPG allocate nothing, by the JVM's own count, once the JVM has linked
 * the first uses of its handles: what allocates does so in every round.
 */
class TlbAllocationTest {
  private static final int CALLS = 20_000;

  @Test
  void nothingThatIsTranslatedAllocates() {
    for (int ways = 1; ways <= 2; ways++) {
      TlbGuest guest = new TlbGuest(1, ways);
      for (long page = 0; page < 4; page++) {
        guest.map(page << 12, page == 3 ? 0 : TlbGuest.MAPPED);
      }
      assertEquals(0, AllocatedBytes.least(() -> round(guest.tlb)));
    }
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
