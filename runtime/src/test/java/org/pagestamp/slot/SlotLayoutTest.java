package org.pagestamp.slot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlotLayoutTest {
  private static final Backing ACCESSOR = Backing.of(new PlainAccessor(new byte[0]));

  @ParameterizedTest(name = "{0} slots")
  @ValueSource(ints = {1, 2, 3, 8, 64, 509, 4_096})
  void everySlotIsFoundAtItsEdges(int count) {
    // slot i: i % 3 + 1 pages, before it a hole of one page
    SlotLayout.Builder builder = singleVcpu();
    for (int i = count - 1; i >= 0; i--) {
      builder.slot(base(i) << 12, (i % 3 + 1L) << 12, Set.of(), ACCESSOR);
    }
    SlotLayout layout = builder.build();
    for (int i = 0; i < count; i++) {
      long last = base(i) + i % 3;
      assertEquals(-1, layout.indexOf(base(i) - 1), "before slot " + i);
      assertEquals(i, layout.indexOf(base(i)), "first page of slot " + i);
      assertEquals(i, layout.indexOf(last), "last page of slot " + i);
      assertEquals(-1, layout.indexOf(last + 1), "after slot " + i);
      assertSame(layout.slots().get(i), layout.find(last));
    }
  }

  private static long base(int slot) {
    long base = 1;
    for (int i = 0; i < slot % 3; i++) {
      base += i + 2;
    }
    return base + slot / 3 * 9L;
  }

  @Test
  void adjacentSlotsMeetWithoutAGap() {
    SlotLayout layout =
        SlotLayout.builder().ram(0x1000, ram(2)).rom(0x3000, ram(1)).ram(0x4000, ram(1)).build();
    assertEquals(
        List.of(-1, 0, 0, 1, 2, -1),
        List.of(0L, 1L, 2L, 3L, 4L, 5L).stream().map(layout::indexOf).toList());
  }

  @Test
  void framesBeyond52BitsAreHoles() {
    SlotLayout layout =
        singleVcpu()
            .slot(0, 0x1000, Set.of(), ACCESSOR)
            .slot((1L << 52) - 0x1000, 0x1000, Set.of(), ACCESSOR)
            .build();
    assertEquals(1, layout.indexOf((1L << 40) - 1));
    assertEquals(-1, layout.indexOf(1L << 40));
    assertEquals(-1, layout.indexOf(-1));
    assertEquals(-1, layout.indexOf(Long.MIN_VALUE));
    assertNull(layout.find(-1));
  }

  @Test
  void aLayoutWithoutSlotsIsAllHole() {
    SlotLayout layout = SlotLayout.builder().build();
    assertEquals(-1, layout.indexOf(0));
    assertEquals("", layout.toString());
  }

  @Test
  void aSlotTellsItsParts() {
    Backing backing = ram(3);
    MemSlot slot =
        SlotLayout.builder()
            .slot(0x5000, 0x2000, EnumSet.of(SlotFlag.READONLY, SlotFlag.LOG_DIRTY_PAGES), backing)
            .build()
            .find(6);
    assertEquals(5, slot.baseGfn());
    assertEquals(0x5000, slot.baseGpa());
    assertEquals(2, slot.pages());
    assertEquals(0x2000, slot.byteSize());
    assertTrue(slot.isReadOnly());
    assertSame(backing, slot.backing());
    assertEquals(2, slot.dirtyLog().pages());
    assertEquals("[0x5000, 0x7000) rom log-dirty", slot.toString());
  }

  @Test
  void aSlotThatDoesNotLogHasNoLogAndMarkingDoesNothing() {
    MemSlot slot = SlotLayout.builder().ram(0, ram(1)).build().find(0);
    assertNull(slot.dirtyLog());
    slot.markDirty(0);
  }

  @Test
  void theSizeOfRamAndRomIsThatOfTheirBacking() {
    SlotLayout layout = SlotLayout.builder().ram(0, ram(2)).rom(0x8000, ram(1)).build();
    assertEquals("[0x0, 0x2000) ram, [0x8000, 0x9000) rom", layout.toString());
  }

  @Test
  void aSlotOfAnotherLayoutKeepsItsDirtyLog() {
    SlotLayout first =
        SlotLayout.builder().slot(0, 0x1000, Set.of(SlotFlag.LOG_DIRTY_PAGES), ram(1)).build();
    first.find(0).markDirty(0);
    SlotLayout next = SlotLayout.builder().slot(first.find(0)).ram(0x1000, ram(1)).build();
    assertTrue(next.find(0).dirtyLog().isDirty(0));
  }

  @Test
  void layoutsAreEqualIfTheirSlotsAndUpdateModeAre() {
    Backing backing = ram(1);
    SlotLayout layout = SlotLayout.builder().ram(0, backing).build();
    SlotLayout same = SlotLayout.builder().ram(0, backing).build();
    SlotLayout moved = SlotLayout.builder().ram(0x1000, backing).build();
    assertEquals(layout, same);
    assertEquals(layout.hashCode(), same.hashCode());
    assertNotEquals(layout, SlotLayout.builder().rom(0, backing).build());
    assertNotEquals(layout, moved);
    assertNotEquals(layout.hashCode(), moved.hashCode());
    assertNotEquals(layout, SlotLayout.builder().ram(0, ram(1)).build());
    assertNotEquals(layout, singleVcpu().ram(0, backing).build());
    assertNotEquals(layout, new Object());
  }

  @Test
  void slotsOfDifferentSizesAreNotEqual() {
    Backing backing = ram(2);
    MemSlot slot = SlotLayout.builder().slot(0, 0x1000, Set.of(), backing).build().find(0);
    assertNotEquals(slot, SlotLayout.builder().ram(0, backing).build().find(0));
    assertNotEquals(slot, new Object());
  }

  @Test
  void updatesAreAtomicUnlessChosenOtherwise() {
    assertEquals(UpdateMode.ATOMIC, SlotLayout.builder().build().updateMode());
    assertEquals(UpdateMode.SINGLE_VCPU, singleVcpu().build().updateMode());
  }

  @Test
  void slotsWithLogsOfTheirOwnAreNotEqual() {
    Backing backing = ram(1);
    assertNotEquals(logging(backing), logging(backing));
    SlotLayout layout = logging(backing);
    assertEquals(layout, SlotLayout.builder().slot(layout.find(0)).build());
  }

  @Test
  void aLayoutDoesNotFollowItsBuilder() {
    SlotLayout.Builder builder = SlotLayout.builder().ram(0, ram(1));
    SlotLayout layout = builder.build();
    builder.ram(0x1000, ram(1));
    assertEquals(1, layout.slots().size());
    assertFalse(layout.find(0).contains(1));
    assertThrows(UnsupportedOperationException.class, () -> layout.slots().clear());
  }

  private static SlotLayout logging(Backing backing) {
    return SlotLayout.builder().slot(0, 0x1000, Set.of(SlotFlag.LOG_DIRTY_PAGES), backing).build();
  }

  private static SlotLayout.Builder singleVcpu() {
    return SlotLayout.builder().updateMode(UpdateMode.SINGLE_VCPU);
  }

  private static Backing ram(int pages) {
    return Backing.of(new long[pages * 512]);
  }
}
