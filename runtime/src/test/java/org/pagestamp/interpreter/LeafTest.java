package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pagestamp.interpreter.ErrorCodeTest.assertFault;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;

/** Pages of every size: where they lead and what a result carries of them. */
class LeafTest {
  private static final Role PSE = TestGuest.role(PagingMode.TWO_LEVEL, Control.PSE);

  @ParameterizedTest(name = "{0} {1}, leaf {2} at level {3}: {4}")
  @CsvSource({
    // mode, gva, leaf entry, level, gpa
    "FOUR_LEVEL, 0x123456789ABC, 0x00003FEDCBA98007, 1, 0x00003FEDCBA98ABC",
    "FOUR_LEVEL, 0x123456789ABC, 0x00003FEDCBA00087, 2, 0x00003FEDCBB89ABC",
    "FOUR_LEVEL, 0x123456789ABC, 0x00003FEDC0000087, 3, 0x00003FEDD6789ABC",
    "FIVE_LEVEL, 0xFF23456789ABCD, 0x00003FEDC0000087, 3, 0x00003FEDE789ABCD",
    "PAE,        0x89ABCDEF,     0x00003FEDCBA98007, 1, 0x00003FEDCBA98DEF",
    "PAE,        0x89ABCDEF,     0x00003FEDCBA00087, 2, 0x00003FEDCBABCDEF",
    "TWO_LEVEL,  0x89ABCDEF,     0xFEDCB007,         1, 0xFEDCBDEF",
    "TWO_LEVEL,  0x89ABCDEF,     0xFEC00087,         2, 0xFEEBCDEF",
  })
  void theOffsetInThePageIsKept(PagingMode mode, String gva, String leaf, int level, String gpa) {
    Role role = mode == PagingMode.TWO_LEVEL ? PSE : TestGuest.role(mode);
    TestGuest guest = TestGuest.at(role, Long.decode(gva)).entry(level, Long.decode(leaf));
    long result = guest.walk(Access.READ);
    assertEquals(level, WalkResult.level(result));
    assertEquals(
        Long.toHexString(Long.decode(gpa)), Long.toHexString(WalkResult.gpa(result, guest.gva())));
  }

  @ParameterizedTest(name = "bit {0} to bit {1}")
  @CsvSource({"13, 32", "14, 33", "15, 34", "16, 35"})
  void pse36TakesFourHighAddressBits(int entryBit, int gpaBit) {
    TestGuest guest = TestGuest.of(PSE).entry(2, 0x87 | 1L << entryBit);
    assertEquals(
        1L << gpaBit | (guest.gva() & 0x3F_FFFF),
        WalkResult.gpa(guest.walk(Access.READ), guest.gva()));
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 18, 19, 20, 21})
  void furtherBitsOfA4MibPageAreReserved(int bit) {
    TestGuest guest = TestGuest.of(PSE).entry(2, 0x87 | 1L << bit);
    assertFault(FaultReason.RESERVED_BIT, 0x9, 2, guest.walk(Access.READ));
  }

  @Test
  void withoutPseBit7OfAPdeIsIgnored() {
    TestGuest guest = TestGuest.of(TestGuest.role(PagingMode.TWO_LEVEL)).set(2, TestGuest.PS);
    long result = guest.walk(Access.READ);
    assertEquals(TestGuest.PAGE, WalkResult.pageGpa(result));
    assertEquals(1, WalkResult.level(result));
  }

  @Test
  void a1GibPageNeedsTheCpusSupport() {
    Role role = Role.of(PagingMode.FOUR_LEVEL, new CpuFeatures(46, false, false));
    TestGuest guest = TestGuest.of(role).entry(3, 0x4000_0087);
    assertFault(FaultReason.RESERVED_BIT, 0x9, 3, guest.walk(Access.READ));
  }

  @ParameterizedTest(name = "{0} level {1} bit {2}")
  @CsvSource({
    "PAE, 2, 13",
    "PAE, 2, 20",
    "PAE, 2, 62",
    "FOUR_LEVEL, 2, 13",
    "FOUR_LEVEL, 2, 20",
    "FOUR_LEVEL, 3, 13",
    "FOUR_LEVEL, 3, 29",
    "FIVE_LEVEL, 3, 46",
  })
  void offsetBitsOfALargePageAreReserved(PagingMode mode, int level, int bit) {
    TestGuest guest = TestGuest.of(TestGuest.role(mode)).entry(level, 0x4000_0087L | 1L << bit);
    assertFault(FaultReason.RESERVED_BIT, 0x9, level, guest.walk(Access.READ));
  }

  @ParameterizedTest(name = "{0} level {1}")
  @CsvSource({
    "TWO_LEVEL, 1, 7",
    "TWO_LEVEL, 2, 12",
    "PAE, 1, 7",
    "PAE, 2, 12",
    "FOUR_LEVEL, 1, 7",
    "FOUR_LEVEL, 2, 12",
    "FIVE_LEVEL, 3, 12",
  })
  void patPcdAndPwtOfTheLeafIndexThePat(PagingMode mode, int level, int patBit) {
    Role role = mode == PagingMode.TWO_LEVEL ? PSE : TestGuest.role(mode);
    long leaf = level == 1 ? 0x9007 : 0x4000_0087;
    assertEquals(4, patIndex(role, level, leaf | 1L << patBit));
    assertEquals(2, patIndex(role, level, leaf | TestGuest.PCD));
    assertEquals(1, patIndex(role, level, leaf | TestGuest.PWT));
    assertEquals(0, patIndex(role, level, leaf));
    assertEquals(pageGpa(role, level, leaf), pageGpa(role, level, leaf | 1L << patBit));
  }

  private static long pageGpa(Role role, int level, long leaf) {
    // address 0, so that no offset bit hides a stray one of the entry
    return WalkResult.pageGpa(TestGuest.at(role, 0).entry(level, leaf).walk(Access.READ));
  }

  private static int patIndex(Role role, int level, long leaf) {
    return WalkResult.patIndex(TestGuest.of(role).entry(level, leaf).walk(Access.READ));
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void cachingAndGlobalBitsOfDirectoriesAreNoPartOfTheResult(PagingMode mode) {
    TestGuest guest = TestGuest.of(TestGuest.role(mode));
    for (int level = guest.topInMemory(); level > 1; level--) {
      guest.set(level, TestGuest.PCD | TestGuest.PWT | TestGuest.G | TestGuest.D);
    }
    long result = guest.walk(Access.READ);
    assertEquals(0, WalkResult.patIndex(result));
    assertFalse(WalkResult.isGlobal(result));
    assertFalse(WalkResult.isDirty(result));
    assertTrue(WalkResult.isGlobal(guest.set(1, TestGuest.G).walk(Access.READ)));
  }

  @Test
  void amdReservesGOfUpperEntries() {
    Role amd = Role.of(PagingMode.FIVE_LEVEL, new CpuFeatures(46, true, true));
    for (int level : new int[] {5, 4}) {
      TestGuest guest = TestGuest.of(amd).set(level, TestGuest.G);
      assertFault(FaultReason.RESERVED_BIT, 0x9, level, guest.walk(Access.READ));
    }
    assertFalse(WalkResult.isFault(TestGuest.of(amd).set(3, TestGuest.G).walk(Access.READ)));
  }

  @ParameterizedTest(name = "W {0} D {1} {2}: {3}")
  @CsvSource({
    "1, 0, READ,  true",
    "1, 0, FETCH, true",
    "1, 1, READ,  false",
    "0, 0, READ,  false",
    "1, 0, WRITE, false",
  })
  void writeIsWithheldUntilTheLeafIsDirty(int w, int d, String access, boolean withheld) {
    TestGuest guest =
        TestGuest.of(TestGuest.role(PagingMode.FOUR_LEVEL)).entry(1, 0x9005 | w << 1 | d << 6);
    long result =
        guest.walk(
            switch (access) {
              case "WRITE" -> Access.WRITE;
              case "FETCH" -> Access.FETCH;
              default -> Access.READ;
            });
    assertEquals(withheld, WalkResult.isWriteWithheld(result));
  }
}
