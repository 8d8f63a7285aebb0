package org.pagestamp.slot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  @ParameterizedTest
  @ValueSource(longs = {1, 63, 64, 65, 128})
  void markAllMarksEveryPageAndNoOther(long pages) {
    DirtyLog log = new DirtyLog(pages);
    log.markAll();
    assertEquals(pages, log.count());
    for (long page = 0; page < pages; page++) {
      assertTrue(log.isDirty(page), "page " + page);
    }
  }

  @Test
  void clearTakesTheGivenMarksOfTheRangeOnly() {
    DirtyLog log = new DirtyLog(256);
    log.markAll();
    log.clear(64, 128, new long[] {0b101, 1L << 63});
    assertArrayEquals(new long[] {-1, ~0b101, ~(1L << 63), -1}, log.get());
  }

  @Test
  void aMarkMadeAfterGetSurvivesTheClearOfWhatGetGave() {
    DirtyLog log = new DirtyLog(64);
    log.mark(3);
    long[] bits = log.get();
    log.mark(4);
    log.clear(0, 64, bits);
    assertArrayEquals(new long[] {1 << 4}, log.get());
  }

  @ParameterizedTest(name = "{1} pages from {0}")
  @CsvSource({"0, 64", "0, 128", "64, 64", "64, 66", "128, 2", "0, 130", "0, 0", "128, 0", "64, 0"})
  void rangesByKvmsRulesAreCleared(long first, long pages) {
    DirtyLog log = new DirtyLog(130);
    log.markAll();
    log.clear(first, pages, new long[] {-1, -1, -1});
    for (long page = 0; page < 130; page++) {
      assertEquals(page < first || page >= first + pages, log.isDirty(page), "page " + page);
    }
  }

  @ParameterizedTest(name = "{1} pages from {0}")
  @CsvSource({"1, 64", "63, 67", "0, 1", "0, 63", "0, 129", "64, 65", "128, 1"})
  void rangesThatAreNoMultiplesOf64AreRefused(long first, long pages) {
    DirtyLog log = new DirtyLog(130);
    log.markAll();
    long[] bits = {-1, -1, -1};
    assertThrows(IllegalArgumentException.class, () -> log.clear(first, pages, bits));
    assertEquals(130, log.count());
  }

  @ParameterizedTest(name = "{1} pages from {0}")
  @CsvSource({"-64, 64", "0, -64", "0, 192", "128, 64", "192, 0", "64, 9223372036854775744"})
  void rangesOutsideTheSlotAreRefused(long first, long pages) {
    DirtyLog log = new DirtyLog(130);
    log.markAll();
    long[] bits = {-1, -1, -1};
    assertThrows(IndexOutOfBoundsException.class, () -> log.clear(first, pages, bits));
    assertEquals(130, log.count());
  }

  @Test
  void tooFewBitsAreRefused() {
    DirtyLog log = new DirtyLog(130);
    log.markAll();
    assertThrows(IllegalArgumentException.class, () -> log.clear(0, 130, new long[] {-1, -1}));
    assertEquals(130, log.count());
  }

  /** Each mark is one of a page that was clean, so as many must be found as were made. */
  @Test
  void noMarkIsLostBetweenThreads() throws InterruptedException {
    int marks = 300_000;
    DirtyLog log = new DirtyLog(64);
    Thread marker =
        new Thread(
            () -> {
              for (int i = 0; i < marks; i++) {
                while (log.isDirty(i % 64)) {
                  Thread.onSpinWait();
                }
                log.mark(i % 64);
              }
            });
    marker.start();
    long found = 0;
    boolean last;
    do {
      last = !marker.isAlive();
      long[] bits = log.get();
      log.clear(0, 64, bits);
      found += Long.bitCount(bits[0]);
    } while (!last);
    marker.join();
    assertEquals(marks, found);
  }
}
