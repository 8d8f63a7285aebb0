package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.AllocatedBytes;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.walk.Access;

/** Walks in two dimensions allocate nothing, whatever becomes of them. */
class NestedAllocationTest {
  private static final int WALKS = 2_000;

  static Iterable<NestedRole> roles() {
    return NestedRoles.all();
  }

  @ParameterizedTest
  @MethodSource("roles")
  void walksAndProbes(NestedRole role) {
    NestedGuest guest = new NestedGuest(role);
    assertFalse(NestedResult.isFault(guest.walk(Access.READ)));
    assertEquals(0, AllocatedBytes.least(() -> round(guest)));
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
