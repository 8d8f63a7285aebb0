package org.pagestamp.walk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Words made by hand from the table in {@link WalkResult}'s documentation. */
class WalkResultTest {
  private static final long OK = 1;

  @ParameterizedTest
  @EnumSource
  void aFaultTellsReasonCodeAndLevel(FaultReason reason) {
    for (int level = 0; level <= 5; level++) {
      for (int code : new int[] {0, 0x3F, 0x8000, 0xFFFF}) {
        long result = WalkResult.fault(reason, code, level);
        assertTrue(WalkResult.isFault(result));
        assertEquals(reason, WalkResult.faultReason(result));
        assertEquals(code, WalkResult.errorCode(result));
        assertEquals(level, WalkResult.faultLevel(result));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void allFaultsButThoseOfTheAddressItselfAndExitsArePageFaults(FaultReason reason) {
    boolean ofTheAddress =
        reason == FaultReason.NON_CANONICAL || reason == FaultReason.LASS_VIOLATION;
    boolean exit = reason == FaultReason.TABLE_READ_ONLY;
    assertEquals(exit, reason.isExit());
    assertEquals(!ofTheAddress && !exit, WalkResult.isPageFault(WalkResult.fault(reason, 0, 0)));
  }

  @Test
  void aSuccessIsNoFault() {
    assertFalse(WalkResult.isFault(OK));
    assertFalse(WalkResult.isPageFault(OK));
  }

  @Test
  void everyFlagHasItsOwnBit() {
    assertBit(1, WalkResult::isWritable);
    assertBit(2, WalkResult::isUser);
    assertBit(5, WalkResult::isAccessed);
    assertBit(6, WalkResult::isDirty);
    assertBit(8, WalkResult::isGlobal);
    assertBit(52, WalkResult::isInNoSlot);
    assertBit(53, WalkResult::isInReadOnlySlot);
    assertBit(63, result -> !WalkResult.isExecutable(result));
  }

  private static void assertBit(int bit, LongPredicate flag) {
    assertTrue(flag.test(OK | 1L << bit), "bit " + bit);
    assertFalse(flag.test(~(1L << bit)), "all but bit " + bit);
  }

  @Test
  void theAddressIsThePageAndTheOffsetInIt() {
    long result = OK | 0x000F_EDCB_A987_6000L | 0xFFF0_0000_0000_0FFEL;
    assertEquals(0x000F_EDCB_A987_6000L, WalkResult.pageGpa(result));
    assertEquals(0x000F_EDCB_A987_6123L, WalkResult.gpa(result, 0xFFFF_FFFF_FFFF_F123L));
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "2, true", "3, true"})
  void theLevelTellsLargePages(int level, boolean large) {
    long result = OK | (level ^ 1L) << 9;
    assertEquals(level, WalkResult.level(result));
    assertEquals(large, WalkResult.isLarge(result));
  }

  @ParameterizedTest(name = "W {0} D {1} clean write {2}: {3}")
  @CsvSource({
    "0, 0, 0, false",
    "0, 1, 0, false",
    "1, 1, 0, false",
    "1, 0, 0, true",
    "1, 0, 1, false", // a write that left D clear in ROM may go on
  })
  void writeIsWithheldUntilDirty(int w, int d, int cleanWrite, boolean withheld) {
    assertEquals(withheld, WalkResult.isWriteWithheld(OK | w << 1 | d << 6 | cleanWrite << 11));
  }

  @Test
  void theKeyIsInBits62To59() {
    for (long key = 0; key < 16; key++) {
      assertEquals(key, WalkResult.protectionKey(1L << 63 | key << 59 | 1L << 58 | OK));
    }
  }

  @ParameterizedTest(name = "PAT {0} PCD {1} PWT {2}: {3}")
  @CsvSource({"0, 0, 0, 0", "0, 0, 1, 1", "0, 1, 0, 2", "1, 0, 0, 4", "1, 1, 1, 7"})
  void patPcdPwtIndexThePat(int pat, int pcd, int pwt, int index) {
    assertEquals(index, WalkResult.patIndex(OK | pat << 7 | pcd << 4 | pwt << 3));
  }

  @Test
  void faultsReadWell() {
    assertEquals(
        "fault 0x7 P|WRITE|USER at level 1: permission",
        WalkResult.toString(WalkResult.fault(FaultReason.PERMISSION, 7, 1)));
    assertEquals(
        "fault 0x0 0 at level 4: not present",
        WalkResult.toString(WalkResult.fault(FaultReason.NOT_PRESENT, 0, 4)));
    assertEquals(
        "fault: non-canonical address",
        WalkResult.toString(WalkResult.fault(FaultReason.NON_CANONICAL, 0, 0)));
  }

  @Test
  void successesReadWell() {
    assertEquals(
        "gpa 0x1234000 level 1 wu- accessed dirty",
        WalkResult.toString(1L << 63 | 0x1234000 | 0x67));
    assertEquals(
        "gpa 0x1200000 level 2 w-x accessed write-withheld global key=5 pat=6 no-slot",
        WalkResult.toString(5L << 59 | 1L << 52 | 0x1200000 | 3 << 9 | 0x1B3));
    assertEquals(
        "gpa 0x5000 level 0 -ux read-only-slot", WalkResult.toString(1L << 53 | 1 << 9 | 0x5005));
  }
}
