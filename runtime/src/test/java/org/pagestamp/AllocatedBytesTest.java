package org.pagestamp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AllocatedBytesTest {
  private static final int SIZE = 20_000;

  @Test
  void whatAllocatesIsSeen() {
    assertTrue(AllocatedBytes.least(() -> assertTrue(new Object[SIZE].length > 0)) >= SIZE);
  }

  @Test
  void whatDoesNotIsNot() {
    assertEquals(0, AllocatedBytes.least(() -> {}));
  }
}
