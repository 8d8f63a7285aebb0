package org.pagestamp.tlb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AddressSpacesTest {
  private final AddressSpaces spaces = new AddressSpaces();

  /** All numbers of a turn, PCID 7 having each for a while. */
  private Set<Integer> turn() {
    Set<Integer> issued = new HashSet<>();
    while (!spaces.isUsedUp()) {
      int space = spaces.renew(7);
      assertTrue(issued.add(space), "issued twice: " + space);
      assertTrue(space >= 0 && space < AddressSpaces.LIMIT, "no space: " + space);
      assertEquals(space, spaces.of(7));
      spaces.dropAll();
      assertEquals(AddressSpaces.NONE, spaces.of(7));
    }
    spaces.nextTurn();
    assertEquals(AddressSpaces.NONE, spaces.of(7));
    return issued;
  }

  @Test
  void aTurnIssuesNoNumberOfTheOneBefore() {
    Set<Integer> before = turn();
    for (int i = 0; i < 3; i++) {
      Set<Integer> now = turn();
      assertTrue(Collections.disjoint(before, now));
      before = now;
    }
  }
}
