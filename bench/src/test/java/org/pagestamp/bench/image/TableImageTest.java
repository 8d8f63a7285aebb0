package org.pagestamp.bench.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

class TableImageTest {
  private static final ImageSpec PRIVATE = ImageSpec.USUAL.of(WorkingSet.PRIVATE);

  @Test
  @DisplayName("the same words build the same image")
  void reproducible() {
    TableImage one = PRIVATE.build();
    TableImage other = PRIVATE.build();
    assertEquals(one.cr3(), other.cr3());
    assertArrayEquals(one.gvas(), other.gvas());
    assertEquals(-1, one.memory().mismatch(other.memory()));
  }

  @ParameterizedTest
  @EnumSource(SlotShape.class)
  @DisplayName("a shape has the slots that it says")
  void slots(SlotShape shape) {
    TableImage image = ImageSpec.USUAL.over(shape, SlotMemory.SHARED_SEGMENT).build();
    assertEquals(shape.count(), image.layout().slots().size());
    assertEquals(0, image.gvas().length % image.window());
    boolean rom = image.layout().slots().stream().anyMatch(MemSlot::isReadOnly);
    assertEquals(shape == SlotShape.EIGHT_MIXED || shape == SlotShape.EIGHT_ROM, rom);
  }

  @ParameterizedTest
  @EnumSource(value = AccessedDirtyState.class, names = "HOT", mode = EnumSource.Mode.EXCLUDE)
  @DisplayName("walks store to the entries, and restoring takes that back")
  void restore(AccessedDirtyState state) {
    TableImage image = PRIVATE.with(state).build();
    byte[] before = image.memory().toArray(ValueLayout.JAVA_BYTE);
    walkAll(image);
    assertFalse(Arrays.equals(before, image.memory().toArray(ValueLayout.JAVA_BYTE)));
    image.restore();
    assertArrayEquals(before, image.memory().toArray(ValueLayout.JAVA_BYTE));
  }

  @Test
  @DisplayName("what is on the heap is restored there")
  void restoreHeap() {
    TableImage image =
        PRIVATE
            .over(SlotShape.ONE, SlotMemory.LONG_ARRAY)
            .with(AccessedDirtyState.ALL_CLEAR)
            .build();
    Walker walker = new InterpretedWalker(image.role(), image.layout());
    long gva = image.gvas()[0];
    assertTrue(WalkResult.isAccessed(walker.walk(image.vcpu(), gva, image.access())));
    long[] restored = new long[1];
    image.restore();
    restored[0] = walker.explain(image.vcpu(), gva, image.access()).steps().getLast().entry();
    assertEquals(0, restored[0] & EntryBits.A);
  }

  @Test
  @DisplayName("walks through tables in ROM store nothing")
  void rom() {
    TableImage image =
        ImageSpec.USUAL
            .over(SlotShape.EIGHT_ROM, SlotMemory.SHARED_SEGMENT)
            .with(AccessedDirtyState.ALL_CLEAR)
            .build();
    byte[] before = image.memory().toArray(ValueLayout.JAVA_BYTE);
    walkAll(image);
    assertArrayEquals(before, image.memory().toArray(ValueLayout.JAVA_BYTE));
  }

  private static void walkAll(TableImage image) {
    Walker walker = new InterpretedWalker(image.role(), image.layout());
    for (long gva : image.gvas()) {
      assertFalse(WalkResult.isFault(walker.walk(image.vcpu(), gva, image.access())));
    }
  }

  @Test
  @DisplayName("an image that makes no sense is refused")
  void refused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> ImageSpec.USUAL.over(SlotShape.EIGHT_MAIN, SlotMemory.LONG_ARRAY).build());
    assertThrows(
        IllegalArgumentException.class, () -> ImageSpec.USUAL.in(PagingMode.PAE, 3).build());
  }
}
