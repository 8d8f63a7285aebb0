package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pagestamp.interpreter.ErrorCodeTest.assertFault;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;

/** Which of several causes decides, and what a walk looks at. */
class WalkOrderTest {
  /** Reserved at every level of PAE and long mode with MAXPHYADDR 46. */
  private static final long RESERVED = 1L << 46;

  private static final int USER_READ = 0x4;
  private static final int USER_WRITE = 0x6;

  @ParameterizedTest
  @EnumSource(names = {"PAE", "FOUR_LEVEL", "FIVE_LEVEL"})
  void theHighestLevelThatIsAbsentOrReservedDecides(PagingMode mode) {
    for (int upper = newGuest(mode).topInMemory(); upper > 1; upper--) {
      for (int lower = upper - 1; lower > 0; lower--) {
        assertFault(
            FaultReason.NOT_PRESENT,
            0x4,
            upper,
            newGuest(mode).clear(upper, TestGuest.P).set(lower, RESERVED).walk(USER_READ));
        assertFault(
            FaultReason.RESERVED_BIT,
            0xD,
            upper,
            newGuest(mode).set(upper, RESERVED).clear(lower, TestGuest.P).walk(USER_READ));
        assertFault(
            FaultReason.RESERVED_BIT,
            0xD,
            upper,
            newGuest(mode).set(upper, RESERVED).hole(lower).walk(USER_READ));
        assertFault(
            FaultReason.TABLE_IN_NO_SLOT,
            0x4,
            upper,
            newGuest(mode).hole(upper).set(lower, RESERVED).walk(USER_READ));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"PAE", "FOUR_LEVEL", "FIVE_LEVEL"})
  void aMissingRightAtTheTopYieldsToAnyFaultOfAnEntry(PagingMode mode) {
    int top = newGuest(mode).topInMemory();
    assertFault(
        FaultReason.NOT_PRESENT,
        0x6,
        1,
        newGuest(mode)
            .clear(top, TestGuest.U | TestGuest.W)
            .clear(1, TestGuest.P)
            .walk(USER_WRITE));
    assertFault(
        FaultReason.RESERVED_BIT,
        0xF,
        1,
        newGuest(mode).clear(top, TestGuest.U | TestGuest.W).set(1, RESERVED).walk(USER_WRITE));
    assertFault(
        FaultReason.TABLE_IN_NO_SLOT,
        0x6,
        1,
        newGuest(mode).clear(top, TestGuest.U | TestGuest.W).hole(1).walk(USER_WRITE));
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void rightsAreCheckedOnceAtTheLeaf(PagingMode mode) {
    TestGuest guest = newGuest(mode);
    guest.clear(guest.topInMemory(), TestGuest.W);
    assertFault(FaultReason.PERMISSION, 0x7, 1, guest.walk(USER_WRITE));
  }

  @ParameterizedTest
  @EnumSource(names = {"PAE", "FOUR_LEVEL", "FIVE_LEVEL"})
  void reservedBitsOfAnAbsentEntryAreNotLookedAt(PagingMode mode) {
    for (int level = newGuest(mode).topInMemory(); level > 0; level--) {
      assertFault(
          FaultReason.NOT_PRESENT,
          0x4,
          level,
          newGuest(mode).entry(level, -1L & ~TestGuest.P).walk(USER_READ));
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void aPresentButOtherwiseEmptyMemoryFaultsAtTheTop(PagingMode mode) {
    TestGuest guest = newGuest(mode);
    guest.clear(guest.topInMemory(), TestGuest.P);
    assertFault(FaultReason.NOT_PRESENT, 0x0, guest.topInMemory(), guest.walk(Access.READ));
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void everyLevelIsReadExactlyOnceTopDown(PagingMode mode) {
    TestGuest guest = newGuest(mode).usedBefore(1);
    RecordingMemory memory = guest.record();
    guest.walk(USER_WRITE);
    List<Long> expected = new ArrayList<>();
    for (int level = guest.topInMemory(); level > 0; level--) {
      expected.add(guest.entryGpa(level));
    }
    assertEquals(expected, memory.reads());
  }

  @Test
  void bit7OfAPml4eIsReservedAndNoPage() {
    assertFault(
        FaultReason.RESERVED_BIT,
        0x9,
        4,
        newGuest(PagingMode.FOUR_LEVEL).set(4, TestGuest.PS).walk(Access.READ));
    assertFault(
        FaultReason.RESERVED_BIT,
        0x9,
        5,
        newGuest(PagingMode.FIVE_LEVEL).set(5, TestGuest.PS).walk(Access.READ));
  }

  @Test
  void aNonCanonicalAddressIsFoundBeforeAnyTableIsRead() {
    for (PagingMode mode : new PagingMode[] {PagingMode.FOUR_LEVEL, PagingMode.FIVE_LEVEL}) {
      TestGuest guest = newGuest(mode).hole(mode.topLevel());
      RecordingMemory memory = guest.record();
      long result = guest.walker().walk(guest.vcpu(), 1L << 62, USER_WRITE);
      assertFault(FaultReason.NON_CANONICAL, 0, 0, result);
      assertEquals(List.of(), memory.reads());
    }
  }

  @Test
  void highHalfAddressesIndexWithTheirLowBits() {
    long gva = 0xFFFF_8000_0000_1000L | 0x7654_3210_9000L;
    TestGuest guest = TestGuest.at(TestGuest.role(PagingMode.FOUR_LEVEL), gva);
    assertEquals(TestGuest.PAGE, WalkResult.pageGpa(guest.walk(Access.READ)));
  }

  @ParameterizedTest
  @EnumSource(names = {"TWO_LEVEL", "PAE"})
  void modesOf32BitsIgnoreTheHighHalfOfTheAddress(PagingMode mode) {
    TestGuest guest = newGuest(mode);
    long result =
        guest.walker().walk(guest.vcpu(), guest.gva() | 0xDEAD_BEEF_0000_0000L, Access.READ);
    assertEquals(TestGuest.PAGE, WalkResult.pageGpa(result));
  }

  @Test
  void anAbsentPdpteFaultsAtLevel3() {
    TestGuest guest = newGuest(PagingMode.PAE).clear(3, TestGuest.P);
    RecordingMemory memory = guest.record();
    assertFault(FaultReason.NOT_PRESENT, 0x6, 3, guest.walk(USER_WRITE));
    assertEquals(List.of(), memory.reads());
  }

  @Test
  void pdptesAreTakenFromTheRegistersAndHaveNoRights() {
    TestGuest guest = newGuest(PagingMode.PAE);
    guest.walker(); // loads CR3
    guest.entry(3, 0);
    long result = guest.walk(USER_WRITE);
    assertTrue(WalkResult.isWritable(result) && WalkResult.isUser(result));
    assertEquals(0, guest.entry(3));
  }

  @ParameterizedTest
  @ValueSource(longs = {0x10_0000, 0x3FFF_FFFF_F000L})
  void aLeafMayPointIntoAHole(long page) {
    TestGuest guest = newGuest(PagingMode.FOUR_LEVEL).entry(1, page | 0x7);
    long result = guest.walk(USER_WRITE);
    assertFalse(WalkResult.isFault(result));
    assertEquals(page, WalkResult.pageGpa(result));
    assertTrue(WalkResult.isInNoSlot(result));
  }

  @Test
  void theResultTellsTheSlotOfThePage() {
    long ram = newGuest(PagingMode.PAE).walk(USER_WRITE);
    assertFalse(WalkResult.isInNoSlot(ram) || WalkResult.isInReadOnlySlot(ram));
    long rom = newGuest(PagingMode.PAE).readOnly(9).walk(USER_WRITE);
    assertTrue(WalkResult.isInReadOnlySlot(rom));
    assertFalse(WalkResult.isInNoSlot(rom));
  }

  @Test
  void withoutPagingTheAddressIsThePhysicalOne() {
    TestGuest guest = TestGuest.of(TestGuest.role(PagingMode.NO_PAGING)).readOnly(9);
    long[] before = guest.contents();
    long result = guest.walker().walk(guest.vcpu(), 0x9123, USER_WRITE);
    assertEquals(
        "gpa 0x9000 level 0 wux accessed dirty read-only-slot", WalkResult.toString(result));
    assertEquals(0x9123, WalkResult.gpa(result, 0x9123));
    assertEquals(0x20_0000, WalkResult.pageGpa(guest.walker().walk(guest.vcpu(), 0x20_0000, 0)));
    guest.assertUntouched(before);
  }

  @ParameterizedTest
  @EnumSource
  void accessesThatDoNotExistAreRefused(PagingMode mode) {
    TestGuest guest = newGuest(mode);
    for (int access : new int[] {-1, 32, Access.WRITE | Access.FETCH, Access.USER | 1}) {
      assertThrows(IllegalArgumentException.class, () -> guest.walk(access));
      assertThrows(IllegalArgumentException.class, () -> guest.probe(access));
      assertThrows(IllegalArgumentException.class, () -> guest.explain(access));
    }
  }

  private static TestGuest newGuest(PagingMode mode) {
    return TestGuest.of(TestGuest.roleWith(mode, Set.of(Control.WP)));
  }
}
