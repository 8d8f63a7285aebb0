package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.interpreter.RecordingMemory.Update;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

class AccessedDirtyTest {
  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void aReadOrFetchSetsAAtEveryLevelAndNoD(PagingMode mode) {
    for (int access : new int[] {Access.READ, Access.FETCH}) {
      TestGuest guest = newGuest(mode);
      long[] expected = after(newGuest(mode), false);
      long result = guest.walk(access);
      assertMemory(expected, guest);
      assertTrue(WalkResult.isAccessed(result));
      assertFalse(WalkResult.isDirty(result));
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void aWriteSetsAAtEveryLevelAndDInTheLeaf(PagingMode mode) {
    TestGuest guest = newGuest(mode);
    long[] expected = after(newGuest(mode), true);
    long result = guest.walk(Access.WRITE);
    assertMemory(expected, guest);
    assertTrue(WalkResult.isAccessed(result) && WalkResult.isDirty(result));
  }

  /** Memory with A, and D in the leaf of a write, set by hand; the PAE PDPTE stays as it is. */
  private static long[] after(TestGuest guest, boolean write) {
    for (int level = guest.topInMemory(); level > 0; level--) {
      guest.set(level, TestGuest.A | (write && level == 1 ? TestGuest.D : 0));
    }
    return guest.contents();
  }

  private static void assertMemory(long[] expected, TestGuest guest) {
    assertArrayEquals(expected, guest.contents());
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void entriesAreUpdatedTopDownEachByOneCompareAndSetOfItsFullValue(PagingMode mode) {
    TestGuest guest = newGuest(mode);
    RecordingMemory memory = guest.record();
    List<Update> expected = new ArrayList<>();
    for (int level = guest.topInMemory(); level > 0; level--) {
      long entry = guest.entry(level);
      long bits = level == 1 ? TestGuest.A | TestGuest.D : TestGuest.A;
      expected.add(new Update(guest.entryGpa(level), entry, entry | bits, true));
    }
    guest.walk(Access.WRITE);
    assertEquals(expected, memory.updates());
  }

  @Test
  void theHighHalfOfAnEntryTakesPartInTheCompare() {
    TestGuest guest = newGuest(PagingMode.FOUR_LEVEL).set(1, 1L << 58);
    RecordingMemory memory = guest.record();
    guest.walk(Access.READ);
    assertEquals(1L << 58 | 0x9007, memory.updates().getLast().expected());
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void entriesThatHaveTheirBitsAreNotStored(PagingMode mode) {
    TestGuest guest = newGuest(mode).usedBefore(1);
    RecordingMemory memory = guest.record();
    long[] before = guest.contents();
    assertTrue(WalkResult.isDirty(guest.walk(Access.WRITE)));
    assertEquals(List.of(), memory.updates());
    guest.assertUntouched(before);
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void aReadDoesNotNeedDAndDoesNotClearIt(PagingMode mode) {
    TestGuest clean = newGuest(mode).usedBefore(1).clear(1, TestGuest.D);
    long[] before = clean.contents();
    clean.walk(Access.READ);
    clean.assertUntouched(before);

    TestGuest dirty = newGuest(mode).usedBefore(1).clear(1, TestGuest.A);
    assertTrue(WalkResult.isDirty(dirty.walk(Access.READ)));
    assertEquals(TestGuest.A | TestGuest.D, dirty.entry(1) & (TestGuest.A | TestGuest.D));
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void exactlyThePagesOfStoredEntriesAreMarkedDirty(PagingMode mode) {
    Set<Integer> all = new TreeSet<>();
    for (int level = newGuest(mode).topInMemory(); level > 0; level--) {
      TestGuest one = newGuest(mode).usedBefore(1).clear(level, TestGuest.A);
      one.walk(Access.WRITE);
      assertEquals(Set.of(level), one.dirtyPages());
      all.add(level);
    }
    TestGuest fresh = newGuest(mode);
    fresh.walk(Access.READ);
    assertEquals(all, fresh.dirtyPages());
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void aFaultingAccessStoresNothing(PagingMode mode) {
    TestGuest guest = newGuest(mode).clear(1, TestGuest.W);
    long[] before = guest.contents();
    assertTrue(WalkResult.isFault(guest.walk(Access.WRITE | Access.USER)));
    guest.assertUntouched(before);
  }

  @ParameterizedTest(name = "{0} level {1}")
  @CsvSource({"TWO_LEVEL, 2", "PAE, 2", "FOUR_LEVEL, 2", "FOUR_LEVEL, 3", "FIVE_LEVEL, 3"})
  void dOfALargePageIsInItsLeaf(PagingMode mode, int level) {
    TestGuest guest = newGuest(mode).entry(level, 0x4000_0087);
    guest.walk(Access.WRITE);
    assertEquals(0x4000_00E7, guest.entry(level));
    for (int upper = guest.topInMemory(); upper > level; upper--) {
      assertEquals(TestGuest.A, guest.entry(upper) & (TestGuest.A | TestGuest.D));
    }
  }

  @Test
  void aFourByteUpdateLeavesTheNeighboursAlone() {
    TestGuest guest = newGuest(PagingMode.TWO_LEVEL);
    long leaf = guest.entryGpa(1);
    guest.store(leaf - 4, 0xFFFF_FFFFL).store(leaf + 4, 0xFFFF_FFFFL);
    guest.walk(Access.WRITE);
    assertEquals(0xFFFF_FFFFL, guest.load(leaf - 4));
    assertEquals(0xFFFF_FFFFL, guest.load(leaf + 4));
    assertEquals(0x9067, guest.load(leaf));
  }

  @ParameterizedTest
  @EnumSource(names = {"FOUR_LEVEL", "FIVE_LEVEL", "TWO_LEVEL"})
  void anEntryUsedAtSeveralLevelsGetsTheUnionOfItsBits(PagingMode mode) {
    for (int access : new int[] {Access.READ, Access.WRITE}) {
      // every index is 1, and entry 1 of the root points to the root
      long gva = mode == PagingMode.TWO_LEVEL ? 0x40_1000 : 0x1_0080_4020_1000L;
      TestGuest guest =
          TestGuest.at(TestGuest.role(mode), mode == PagingMode.FOUR_LEVEL ? 0x80_4020_1000L : gva);
      int top = guest.top();
      guest.entry(top, TestGuest.table(top) | 0x7);
      long bits = access == Access.WRITE ? TestGuest.A | TestGuest.D : TestGuest.A;
      long probed = guest.probe(access);
      long result = guest.walk(access);
      assertEquals(TestGuest.table(top), WalkResult.pageGpa(result));
      assertEquals(TestGuest.table(top) | 0x7 | bits, guest.entry(top));
      assertEquals(WalkResult.toString(probed), WalkResult.toString(result));
      assertEquals(Set.of(top), guest.dirtyPages());
    }
  }

  @Test
  void aPaeDirectoryThatIsItsOwnTableGetsTheUnionToo() {
    TestGuest guest = TestGuest.at(TestGuest.role(PagingMode.PAE), 0x0020_1000);
    guest.entry(2, TestGuest.table(2) | 0x7);
    guest.walk(Access.WRITE);
    assertEquals(TestGuest.table(2) | 0x67, guest.entry(2));
  }

  private static TestGuest newGuest(PagingMode mode) {
    return TestGuest.of(TestGuest.roleWith(mode, Set.of(Control.WP, Control.PSE)));
  }
}
