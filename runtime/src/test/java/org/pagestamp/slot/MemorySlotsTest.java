package org.pagestamp.slot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** KVM's rules for changing memory slots. */
class MemorySlotsTest {
  private static final Set<SlotFlag> RAM = EnumSet.noneOf(SlotFlag.class);
  private static final Set<SlotFlag> LOGGED = EnumSet.of(SlotFlag.LOG_DIRTY_PAGES);

  private final MemorySlots slots = new MemorySlots();

  @BeforeEach
  void createTwo() {
    slots.create(0, 0, 0x4000, RAM, Backing.of(new long[0x800]));
    slots.create(7, 0x10000, 0x4000, LOGGED, Backing.of(new long[0x800]));
  }

  private void assertRefusedUnchanged(Executable change) {
    SlotSnapshot before = slots.snapshot();
    assertThrows(IllegalArgumentException.class, change);
    assertSame(before, slots.snapshot());
    assertEquals(Set.of(0, 7), slots.ids());
    assertEquals(0x10000, slots.slot(7).baseGpa());
  }

  @Test
  void eachChangeIsAGeneration() {
    assertEquals(2, slots.snapshot().generation());
    slots.delete(0);
    assertEquals(3, slots.snapshot().generation());
  }

  @Test
  void aPublishedLayoutStaysAsItWas() {
    SlotLayout before = slots.layout();
    slots.delete(0);
    assertEquals(2, before.slots().size());
    assertEquals(1, slots.layout().slots().size());
  }

  @Test
  void aDeletedSlotIsAHole() {
    MemSlot deleted = slots.delete(7);
    assertNull(slots.layout().find(0x10));
    assertEquals(0x10000, deleted.baseGpa());
  }

  @Test
  void aTakenNumberIsRefused() {
    assertRefusedUnchanged(
        () -> slots.create(7, 0x20000, 0x1000, RAM, Backing.of(new long[0x200])));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 32_764})
  void aNumberOutsideKvmsRangeIsRefused(int id) {
    assertRefusedUnchanged(
        () -> slots.create(id, 0x20000, 0x1000, RAM, Backing.of(new long[0x200])));
  }

  @Test
  void anOverlapIsRefusedNextToItIsNot() {
    assertRefusedUnchanged(() -> slots.create(1, 0x3000, 0x1000, RAM, Backing.of(new long[0x200])));
    assertRefusedUnchanged(() -> slots.move(7, 0x3000));
    slots.create(1, 0x4000, 0x1000, RAM, Backing.of(new long[0x200]));
    assertEquals(1, slots.layout().indexOf(4));
  }

  @Test
  void whatIsNotThereCannotBeChanged() {
    assertRefusedUnchanged(() -> slots.delete(1));
    assertRefusedUnchanged(() -> slots.move(1, 0x20000));
    assertRefusedUnchanged(() -> slots.logDirty(1, true));
    assertRefusedUnchanged(() -> slots.readOnly(1, true));
  }

  @ParameterizedTest
  @ValueSource(longs = {0x20010, 1L << 52})
  void anImpossibleBaseIsRefused(long base) {
    assertRefusedUnchanged(() -> slots.move(7, base));
  }

  @Test
  void aMovedSlotKeepsMemoryAndLog() {
    MemSlot before = slots.slot(7);
    slots.move(7, 0x20000);
    MemSlot after = slots.slot(7);
    assertEquals(0x20000, after.baseGpa());
    assertSame(before.backing(), after.backing());
    assertSame(before.dirtyLog(), after.dirtyLog());
    assertSame(after, slots.layout().find(0x20));
  }

  @Test
  void aSlotMayMoveOntoItself() {
    slots.move(7, 0x12000);
    assertSame(slots.slot(7), slots.layout().find(0x15));
  }

  @Test
  void aLogTurnedOffIsDiscarded() {
    DirtyLog before = slots.slot(7).dirtyLog();
    before.mark(2);
    slots.logDirty(7, false);
    assertNull(slots.slot(7).dirtyLog());
    slots.logDirty(7, true);
    assertNotSame(before, slots.slot(7).dirtyLog());
    assertEquals(0, slots.slot(7).dirtyLog().count());
  }

  @Test
  void anUnchangedFlagIsNoChange() {
    SlotSnapshot before = slots.snapshot();
    slots.logDirty(7, true);
    slots.readOnly(7, false);
    slots.move(7, 0x10000);
    assertSame(before, slots.snapshot());
  }

  @Test
  void readOnlyIsOneChangeAndKeepsTheLog() {
    DirtyLog log = slots.slot(7).dirtyLog();
    slots.readOnly(7, true);
    assertEquals(3, slots.snapshot().generation());
    assertTrue(slots.layout().find(0x10).isReadOnly());
    assertSame(log, slots.slot(7).dirtyLog());
    slots.readOnly(7, false);
    assertFalse(slots.layout().find(0x10).isReadOnly());
  }

  @Test
  void romThatCannotBeWrittenAtomicallyCannotBecomeRam() {
    slots.create(1, 0x20000, 0x1000, EnumSet.of(SlotFlag.READONLY), Backing.of(new byte[0x1000]));
    assertThrows(IllegalArgumentException.class, () -> slots.readOnly(1, false));
    assertTrue(slots.slot(1).isReadOnly());
  }

  @Test
  void aLayoutsSlotsAreNumberedByTheirIndex() {
    SlotLayout layout = slots.layout();
    MemorySlots adopted = MemorySlots.of(layout);
    assertSame(layout, adopted.layout());
    assertSame(layout.slots().get(1), adopted.slot(1));
    adopted.delete(1);
    assertEquals(List.of(layout.slots().get(0)), adopted.layout().slots());
  }

  @Test
  void equalSlotsAreTheSameChangeOrNot() {
    MemSlot before = slots.slot(0);
    slots.readOnly(0, true);
    assertNotEquals(before, slots.slot(0));
    slots.readOnly(0, false);
    assertEquals(before, slots.slot(0));
  }

  @Test
  void nobodyIsWaitedForWhereNobodyUsesSlots() throws InterruptedException {
    SlotReader reader = slots.reader();
    slots.delete(0);
    assertTrue(slots.awaitUse(Duration.ZERO));
    reader.take();
    reader.leave();
    slots.delete(7);
    assertTrue(slots.awaitUse(Duration.ZERO));
  }

  @Test
  void aUserOfOlderSlotsIsWaitedFor() throws InterruptedException {
    SlotReader reader = slots.reader();
    SlotSnapshot taken = reader.take();
    assertTrue(slots.awaitUse(Duration.ZERO));
    slots.delete(0);
    assertFalse(slots.awaitUse(Duration.ofMillis(1)));
    assertNotSame(taken, reader.take());
    assertTrue(slots.awaitUse(Duration.ZERO));
  }
}
