package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pagestamp.interpreter.ErrorCodeTest.assertFault;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.slot.HostPage;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.AdAction;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkStep;

/**
 * Page tables in read-only slots: what KVM's commit "mmu: allow page tables to be in read-only
 * slots" brought, rule by rule.
 */
class ReadOnlyTablesTest {
  private static final int[] KINDS = {Access.READ, Access.WRITE, Access.FETCH};

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void tablesInRomWithTheirBitsSetWork(PagingMode mode) {
    for (int access : KINDS) {
      TestGuest guest = newGuest(mode).usedBefore(1).readOnly(1, 2, 3, 4, 5);
      long[] before = guest.contents();
      assertEquals(TestGuest.PAGE, WalkResult.pageGpa(guest.walk(access)));
      guest.assertUntouched(before);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void anyLevelsInRomKeepTheirBitsAndTheOthersGetThem(PagingMode mode) {
    int levels = newGuest(mode).topInMemory();
    for (int subset = 0; subset < 1 << levels; subset++) {
      for (int access : KINDS) {
        for (boolean usedBefore : new boolean[] {false, true}) {
          assertOnlyRamLevelsChange(mode, subset, access, usedBefore);
        }
      }
    }
  }

  private static void assertOnlyRamLevelsChange(
      PagingMode mode, int readOnlyLevels, int access, boolean usedBefore) {
    TestGuest guest = newGuest(mode);
    TestGuest expected = newGuest(mode);
    if (usedBefore) {
      guest.usedBefore(1);
      expected.usedBefore(1);
    }
    Set<Integer> dirty = new TreeSet<>();
    for (int level = guest.topInMemory(); level > 0; level--) {
      long bits = access == Access.WRITE && level == 1 ? TestGuest.A | TestGuest.D : TestGuest.A;
      if ((readOnlyLevels & 1 << (level - 1)) != 0) {
        guest.readOnly(level);
      } else {
        expected.set(level, bits);
        if (!usedBefore) {
          dirty.add(level);
        }
      }
    }
    long result = guest.walk(access);
    assertEquals(TestGuest.PAGE, WalkResult.pageGpa(result));
    assertArrayEquals(expected.contents(), guest.contents());
    assertEquals(dirty, guest.dirtyPages());
    assertEquals(expected.entry(1) & 0x60, result & 0x60, "A and D as they stand in the leaf");
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void nothingInRomIsEverStoredTo(PagingMode mode) {
    TestGuest guest = newGuest(mode).readOnly(1, 2, 3, 4, 5);
    RecordingMemory memory = guest.record();
    guest.walk(Access.WRITE);
    assertEquals(List.of(), memory.updates());
    assertEquals(guest.topInMemory(), memory.reads().size(), "a skipped level never restarts");
  }

  @Test
  void aWriteThroughACleanLeafInRomCarriesItsRight() {
    TestGuest guest = newGuest(PagingMode.FOUR_LEVEL).readOnly(1);
    long write = guest.walk(Access.WRITE);
    assertTrue(WalkResult.isWritable(write));
    assertFalse(WalkResult.isWriteWithheld(write));
    assertFalse(WalkResult.isDirty(write));
    assertTrue(WalkResult.isCleanWrite(write));
  }

  @Test
  void aWriteWhoseLeafHasDIsNoCleanWrite() {
    assertFalse(WalkResult.isCleanWrite(newGuest(PagingMode.FOUR_LEVEL).walk(Access.WRITE)));
    TestGuest rom = newGuest(PagingMode.FOUR_LEVEL).usedBefore(1).readOnly(1);
    assertFalse(WalkResult.isCleanWrite(rom.walk(Access.WRITE)));
  }

  @Test
  void aReadThroughACleanLeafInRomWithholdsWrites() {
    TestGuest guest = newGuest(PagingMode.FOUR_LEVEL).readOnly(1);
    assertTrue(WalkResult.isWriteWithheld(guest.walk(Access.READ)));
    guest.walk(Access.WRITE);
    assertTrue(WalkResult.isWriteWithheld(guest.walk(Access.FETCH)));
  }

  @Test
  void theWritabilityOfEachLevelIsThatOfItsSlot() {
    TestGuest guest = newGuest(PagingMode.FOUR_LEVEL).readOnly(4, 2);
    assertEquals(
        List.of(false, true, false, true),
        guest.explain(Access.READ).steps().stream().map(WalkStep::slotWritable).toList());
  }

  @Test
  void aSkippedLevelStillShowsWhatWasIntended() {
    TestGuest guest = newGuest(PagingMode.FOUR_LEVEL).readOnly(4, 1).set(3, TestGuest.A);
    assertEquals(
        List.of(
            AdAction.SKIPPED_READ_ONLY, AdAction.NONE, AdAction.SET, AdAction.SKIPPED_READ_ONLY),
        guest.explain(Access.WRITE).steps().stream().map(WalkStep::adAction).toList());
  }

  @Test
  void aHoleIsAFaultWhateverLiesAround() {
    TestGuest guest = newGuest(PagingMode.FOUR_LEVEL).readOnly(4, 3, 1).hole(2);
    assertFault(FaultReason.TABLE_IN_NO_SLOT, 0x6, 2, guest.walk(Access.USER | Access.WRITE));
  }

  @Test
  void memoryAccessFollowsTheSameSlots() {
    TestGuest guest = newGuest(PagingMode.FOUR_LEVEL).readOnly(3).hole(5);
    GuestMemory memory = new GuestMemory(guest.walker().layout());
    long[] before = guest.contents();
    assertFalse(memory.pageForRead(3).map(HostPage::writable).orElseThrow());
    assertTrue(memory.pageForRead(2).map(HostPage::writable).orElseThrow());
    assertTrue(memory.pageForRead(5).isEmpty());
    assertEquals(0x2000, memory.read(0x2800, new byte[0x2000], 0, 0x2000), "over both kinds");
    assertEquals(0, memory.write(0x3000, new byte[] {1}, 0, 1));
    guest.assertUntouched(before);
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void resultsEqualThoseOfAnAllRamTwinButForTheBits(PagingMode mode) {
    for (int level = newGuest(mode).topInMemory(); level > 0; level--) {
      for (int access = 0; access < Access.LIMIT; access++) {
        for (long cleared : new long[] {0, TestGuest.P, TestGuest.W, TestGuest.U}) {
          if (Access.isValid(access)) {
            TestGuest rom = newGuest(mode).clear(level, cleared).readOnly(1, 2, 3, 4, 5);
            TestGuest ram = newGuest(mode).clear(level, cleared);
            assertEquals(withoutBits(ram.walk(access)), withoutBits(rom.walk(access)));
          }
        }
      }
    }
  }

  /** The result without A, D and CLEAN_WRITE; faults as they are. */
  private static long withoutBits(long result) {
    return WalkResult.isFault(result)
        ? result
        : result & ~(TestGuest.A | TestGuest.D | WalkResult.CLEAN_WRITE);
  }

  @ParameterizedTest(name = "page {0}: in no slot {1}, read-only {2}")
  @CsvSource({"0, false, false", "8, false, true", "9, false, false", "15, true, false"})
  void theResultTellsWhereThePageLies(int page, boolean inNoSlot, boolean readOnly) {
    TestGuest guest = newGuest(PagingMode.FOUR_LEVEL).entry(1, page << 12 | 7);
    long result = guest.readOnly(8).hole(15).walk(Access.READ);
    assertEquals(inNoSlot, WalkResult.isInNoSlot(result));
    assertEquals(readOnly, WalkResult.isInReadOnlySlot(result));
  }

  @Test
  void thePageItselfMayBeReadOnlyToo() {
    TestGuest guest = newGuest(PagingMode.PAE).readOnly(9);
    long result = guest.walk(Access.WRITE);
    assertTrue(WalkResult.isInReadOnlySlot(result) && WalkResult.isWritable(result));
    assertTrue(WalkResult.isDirty(result), "D is set: the write is the emulator's business");
    assertEquals(0, Arrays.stream(guest.contents(), 9 * 512, 10 * 512).sum());
  }

  private static TestGuest newGuest(PagingMode mode) {
    return TestGuest.of(TestGuest.role(mode));
  }
}
