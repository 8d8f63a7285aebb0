package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.pagestamp.interpreter.ErrorCodeTest.assertFault;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/** Another vCPU changes an entry between its check and its update. */
class ContendedUpdateTest {
  private static final int USER_READ = 0x4;
  private static final int USER_WRITE = 0x6;

  /** Updates of a fresh 4-level walk: 1 is the PML4E's, 4 the leaf's. */
  private static final int LEAF_UPDATE = 4;

  private final TestGuest guest = TestGuest.of(TestGuest.role(PagingMode.FOUR_LEVEL));

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void aMismatchAtAnyLevelRestartsTheWalk(PagingMode mode) {
    int levels = TestGuest.of(TestGuest.role(mode)).topInMemory();
    for (int nth = 1; nth <= levels; nth++) {
      TestGuest each = TestGuest.of(TestGuest.role(mode));
      int level = levels + 1 - nth;
      RecordingMemory memory =
          each.record().beforeUpdate(nth, () -> each.set(level, TestGuest.IGNORED));
      long result = each.walk(Access.WRITE);
      assertFalse(WalkResult.isFault(result));
      long bits = TestGuest.IGNORED | TestGuest.A | (level == 1 ? TestGuest.D : 0);
      assertEquals(bits, each.entry(level) & (bits | TestGuest.D));
      // each level once, and once more the one that failed: updates higher up stay
      assertEquals(levels + 1, memory.updates().size());
      // once to see that bits are to be set, once to set them, and once more
      assertEquals(3 * levels, memory.reads().size());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {9, 52, 58, 62})
  void anyBitOfTheEntryMakesAMismatch(int bit) {
    RecordingMemory memory =
        guest.record().beforeUpdate(LEAF_UPDATE, () -> guest.set(1, 1L << bit));
    guest.walk(Access.READ);
    assertEquals(5, memory.updates().size());
    assertEquals(0x9027 | 1L << bit, guest.entry(1));
  }

  @Test
  void theRestartReadsAllLevelsAgain() {
    guest.store(0xA000 + (guest.entryGpa(1) & 0xFFF), 0xB007);
    guest
        .record()
        .beforeUpdate(
            LEAF_UPDATE,
            () -> {
              guest.entry(2, 0xA007);
              guest.set(1, TestGuest.IGNORED);
            });
    long result = guest.walk(Access.WRITE);
    assertEquals(0xB000, WalkResult.pageGpa(result));
    assertEquals(0x9007 | TestGuest.IGNORED, guest.entry(1), "the old leaf is left alone");
    assertEquals(0xA027, guest.entry(2));
  }

  @Test
  void anEntryThatHasGoneFaultsAndUpperBitsStay() {
    guest.record().beforeUpdate(LEAF_UPDATE, () -> guest.entry(1, 0));
    assertFault(FaultReason.NOT_PRESENT, 0x6, 1, guest.walk(USER_WRITE));
    assertEquals(0, guest.entry(1));
    for (int level = 4; level > 1; level--) {
      assertEquals(TestGuest.A, guest.entry(level) & TestGuest.A);
    }
    assertEquals(Set.of(2, 3, 4), guest.dirtyPages());
  }

  @Test
  void anEntryThatBecameReservedFaults() {
    guest.record().beforeUpdate(LEAF_UPDATE, () -> guest.set(1, 1L << 50));
    assertFault(FaultReason.RESERVED_BIT, 0xF, 1, guest.walk(USER_WRITE));
    assertEquals(0x9007 | 1L << 50, guest.entry(1));
  }

  @Test
  void anEntryThatLostItsRightFaults() {
    guest.record().beforeUpdate(1, () -> guest.clear(4, TestGuest.W));
    assertFault(FaultReason.PERMISSION, 0x7, 1, guest.walk(USER_WRITE));
    assertEquals(Set.of(), guest.dirtyPages());
  }

  @Test
  void anEntryThatNowPointsIntoAHoleFaults() {
    guest.record().beforeUpdate(LEAF_UPDATE, () -> guest.entry(1, 0).entry(2, 0x10_0007));
    assertFault(FaultReason.TABLE_IN_NO_SLOT, 0x4, 1, guest.walk(USER_READ));
  }

  @Test
  void bitsThatAnotherVcpuHasSetAreNotSetTwice() {
    RecordingMemory memory =
        guest.record().beforeUpdate(LEAF_UPDATE, () -> guest.set(1, TestGuest.A | TestGuest.D));
    assertFalse(WalkResult.isFault(guest.walk(Access.WRITE)));
    assertEquals(LEAF_UPDATE, memory.updates().size());
    assertEquals(Set.of(2, 3, 4), guest.dirtyPages(), "the failed update marks nothing");
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 10, Walker.MAX_TRIES - 1})
  void manyMismatchesAreOvercome(int mismatches) {
    RecordingMemory memory = guest.record();
    for (int nth = 1; nth <= mismatches; nth++) {
      long count = nth;
      memory.beforeUpdate(nth, () -> guest.entry(4, 0x3007 | count << 52));
    }
    assertFalse(WalkResult.isFault(guest.walk(Access.READ)));
  }

  @Test
  void endlessMismatchesEndInAFault() {
    int[] count = {0};
    RecordingMemory memory =
        guest
            .record()
            .beforeEveryUpdate(() -> guest.entry(4, 0x3007 | (long) (++count[0] & 0x7F) << 52));
    long result = guest.walk(USER_WRITE);
    assertEquals(FaultReason.UPDATE_CONTENDED, WalkResult.faultReason(result));
    assertEquals(0x6, WalkResult.errorCode(result));
    assertEquals(Walker.MAX_TRIES, memory.updates().size());
    assertEquals(Set.of(), guest.dirtyPages());
  }

  @Test
  void aProbeAndAnExplanationMakeNoUpdateAtAll() {
    RecordingMemory memory = guest.record().beforeEveryUpdate(() -> guest.entry(4, 0));
    guest.probe(USER_WRITE);
    guest.explain(USER_WRITE);
    assertEquals(0, memory.updates().size());
  }
}
