package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.walk.Access;

/** Walks in two dimensions allocate nothing, whatever becomes of them. */
class NestedAllocationTest {
  private static final int WALKS = 2_000;
  private static final int MOST_ROUNDS = 50;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  static Iterable<NestedRole> roles() {
    return NestedRoles.all();
  }

  @ParameterizedTest
  @MethodSource("roles")
  void walksAndProbes(NestedRole role) {
    assumeTrue(THREADS.isThreadAllocatedMemorySupported());
    THREADS.setThreadAllocatedMemoryEnabled(true);
    NestedGuest guest = new NestedGuest(role);
    assertFalse(NestedResult.isFault(guest.walk(Access.READ)));
    long least = Long.MAX_VALUE;
    for (int i = 0; i < MOST_ROUNDS && least > 0; i++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      round(guest);
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
    }
    assertEquals(0, least);
  }

  private static void round(NestedGuest guest) {
    InterpretedNestedWalker walker = guest.walker();
    for (int i = 0; i < WALKS; i++) {
      long gva = i % 4 == 0 ? guest.gva() : (long) i << 21; // mostly no address of the guest's
      long _ = walker.walk(guest.state(), gva, i % 3 == 0 ? Access.WRITE : Access.READ);
      long _ = walker.probe(guest.state(), gva, Access.FETCH);
    }
  }
}
