package org.pagestamp.slot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirtyLogTest {
  @Test
  void aNewLogIsClean() {
    DirtyLog log = new DirtyLog(65);
    assertEquals(65, log.pages());
    assertEquals(0, log.count());
    assertArrayEquals(new long[] {0, 0}, log.get());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 62, 63, 64})
  void exactlyTheMarkedPageIsDirty(long page) {
    DirtyLog log = new DirtyLog(65);
    log.mark(page);
    for (long other = 0; other < 65; other++) {
      assertEquals(other == page, log.isDirty(other), "page " + other);
    }
    assertEquals(1, log.count());
  }

  @Test
  void bitsAreInPageOrderLowestFirst() {
    DirtyLog log = new DirtyLog(65);
    log.mark(0);
    log.mark(63);
    log.mark(64);
    assertArrayEquals(new long[] {0x8000_0000_0000_0001L, 1}, log.get());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 63, 64})
  void upTo64PagesTakeOneWord(long pages) {
    DirtyLog log = new DirtyLog(pages);
    log.mark(pages - 1);
    assertArrayEquals(new long[] {1L << (pages - 1)}, log.get());
  }

  @Test
  void markingTwiceCountsOnce() {
    DirtyLog log = new DirtyLog(64);
    log.mark(7);
    log.mark(7);
    assertEquals(1, log.count());
  }

  @Test
  void getLeavesTheLogAndReturnsACopy() {
    DirtyLog log = new DirtyLog(64);
    log.mark(7);
    log.get()[0] = 0;
    assertTrue(log.isDirty(7));
  }

  @Test
  void getAndClearReturnsTheBitsAndLeavesNone() {
    DirtyLog log = new DirtyLog(65);
    log.mark(3);
    log.mark(64);
    assertArrayEquals(new long[] {8, 1}, log.getAndClear());
    assertArrayEquals(new long[] {0, 0}, log.getAndClear());
    assertFalse(log.isDirty(64));
  }

  @Test
  void aClearedPageCanBeMarkedAgain() {
    DirtyLog log = new DirtyLog(65);
    log.mark(64);
    log.getAndClear();
    log.mark(64);
    assertTrue(log.isDirty(64));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 65, 127, 128, 1L << 38})
  void pagesOutsideTheSlotAreRefused(long page) {
    DirtyLog log = new DirtyLog(65);
    assertThrows(IndexOutOfBoundsException.class, () -> log.mark(page));
    assertThrows(IndexOutOfBoundsException.class, () -> log.isDirty(page));
    assertEquals(0, log.count());
  }
}
