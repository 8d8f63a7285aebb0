package org.pagestamp.bench.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ArrayAccessorTest {
  private final long[] words = {0x1122_3344_5566_7788L, 0x99AA_BBCC_DDEE_FF00L};
  private final ArrayAccessor accessor = new ArrayAccessor(words);

  @Test
  @DisplayName("words are little-endian")
  void reads() {
    assertEquals((byte) 0x88, accessor.getByte(0));
    assertEquals((byte) 0x99, accessor.getByte(15));
    assertEquals(0x1122_3344, accessor.getInt(4));
    assertEquals(words[1], accessor.getLong(8));
  }

  @Test
  @DisplayName("writes change their bytes alone")
  void writes() {
    accessor.putByte(1, (byte) 0xAB);
    assertTrue(accessor.compareAndSetInt(12, 0x99AA_BBCC, 0xFEDC_BA98));
    assertArrayEquals(new long[] {0x1122_3344_5566_AB88L, 0xFEDC_BA98_DDEE_FF00L}, words);
  }

  @Test
  @DisplayName("a compare that fails writes nothing")
  void failedCompare() {
    long[] before = words.clone();
    assertFalse(accessor.compareAndSetInt(4, 0, 1));
    assertFalse(accessor.compareAndSetLong(8, 0, 1));
    assertArrayEquals(before, words);
  }
}
