package org.pagestamp.access;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.pagestamp.AllocatedBytes;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;

/**
 * Accesses allocate nothing, by the JVM's own count, once the JVM has linked the first uses of its
 * handles: what allocates does so in every round.
 */
class AccessAllocationTest {
  private static final int CALLS = 20_000;

  @Test
  void accessesAllocateNothing() {
    AccessGuest guest =
        new AccessGuest(PagingMode.FOUR_LEVEL)
            .map(0x1000, 0x10, AccessGuest.W)
            .map(0x2000, AccessGuest.MORE_RAM, AccessGuest.W)
            .map(0x3000, AccessGuest.DEVICE, AccessGuest.W)
            .map(0x4000, AccessGuest.ROM, AccessGuest.W);
    GvaAccess access = new GvaAccess(guest.mmu(), MmioHandler.NONE);
    assertEquals(0, AllocatedBytes.least(() -> round(access)));
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
