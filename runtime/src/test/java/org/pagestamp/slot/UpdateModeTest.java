package org.pagestamp.slot;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

class UpdateModeTest {
  private final Backing bytes = Backing.of(new byte[0x1000]);
  private final Backing ints = Backing.of(new int[0x400]);
  private final Backing longs = Backing.of(new long[0x200]);
  private final Backing accessor = Backing.of(new PlainAccessor(new byte[0x1000]));

  @Test
  void aByteArrayCannotUpdateAnyEntryAtomically() {
    assertRefused(bytes, "an entry of 4 bytes cannot be updated atomically");
  }

  @Test
  void anIntArrayCannotUpdateAnEntryOf8BytesAtomically() {
    SlotLayout layout = atomic(ints);
    assertDoesNotThrow(() -> layout.requireUpdatable(0));
    assertDoesNotThrow(() -> layout.requireUpdatable(4));
    var refusal = assertThrows(IllegalArgumentException.class, () -> layout.requireUpdatable(8));
    assertTrue(
        refusal.getMessage().contains("[0x0, 0x1000) ram")
            && refusal.getMessage().contains("an entry of 8 bytes cannot be updated atomically"),
        refusal::getMessage);
  }

  @Test
  void aWalkerAsksForItsOwnEntrySize() {
    SlotLayout layout = atomic(ints);
    assertDoesNotThrow(() -> new InterpretedWalker(role(PagingMode.NO_PAGING), layout));
    assertDoesNotThrow(() -> new InterpretedWalker(role(PagingMode.TWO_LEVEL), layout));
    assertThrows(
        IllegalArgumentException.class, () -> new InterpretedWalker(role(PagingMode.PAE), layout));
  }

  @Test
  void aLongArrayUpdatesEveryEntryAtomically() {
    assertDoesNotThrow(() -> atomic(longs).requireUpdatable(8));
  }

  @Test
  void anOffsetThatBreaksTheAlignmentIsRefused() {
    assertRefused(
        Backing.of(MemorySegment.ofArray(new long[0x201]), 2), "its memory is aligned to 2");
  }

  @Test
  void anAccessorWithoutAtomicUpdatesIsRefused() {
    assertRefused(accessor, "its accessor says that its compare-and-set is not atomic");
  }

  @Test
  void anAtomicAccessorIsFine() {
    var atomicAccessor =
        new PlainAccessor(new byte[0x1000]) {
          @Override
          public boolean isAtomic() {
            return true;
          }
        };
    assertDoesNotThrow(() -> atomic(Backing.of(atomicAccessor)).requireUpdatable(8));
  }

  @Test
  void memoryConfinedToAThreadIsRefused() {
    try (Arena arena = Arena.ofConfined()) {
      assertRefused(
          Backing.of(arena.allocate(0x1000, 0x1000)), "its arena is confined to one thread");
    }
  }

  @Test
  void nativeSharedMemoryIsFine() {
    try (Arena arena = Arena.ofShared()) {
      SlotLayout layout = atomic(Backing.of(arena.allocate(0x1000, 0x1000)));
      assertDoesNotThrow(() -> layout.requireUpdatable(8));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aReadOnlySegmentCannotBackAWritableSlot(UpdateMode mode) {
    MemorySegment segment = MemorySegment.ofArray(new long[0x200]).asReadOnly();
    var refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> SlotLayout.builder().updateMode(mode).ram(0, Backing.of(segment)).build());
    assertTrue(
        refusal.getMessage().contains("[0x0, 0x1000) ram: its MemorySegment is read-only"),
        refusal::getMessage);
    assertDoesNotThrow(
        () -> SlotLayout.builder().updateMode(mode).rom(0, Backing.of(segment)).build());
  }

  @Test
  void aReadOnlySlotNeedsNoUpdate() {
    for (Backing backing : new Backing[] {bytes, ints, accessor}) {
      SlotLayout layout =
          SlotLayout.builder().slot(0, 0x1000, EnumSet.of(SlotFlag.READONLY), backing).build();
      assertDoesNotThrow(() -> layout.requireUpdatable(8));
    }
  }

  @Test
  void aSingleVcpuUpdatesInAnyMemory() {
    try (Arena arena = Arena.ofConfined()) {
      Backing confined = Backing.of(arena.allocate(0x1000, 0x1000));
      for (Backing backing : new Backing[] {bytes, ints, longs, accessor, confined}) {
        SlotLayout layout =
            SlotLayout.builder()
                .updateMode(UpdateMode.SINGLE_VCPU)
                .slot(0, 0x1000, Set.of(), backing)
                .build();
        assertDoesNotThrow(() -> layout.requireUpdatable(8));
      }
    }
  }

  /** Refused with the slot, the reason and the way out. */
  private static void assertRefused(Backing backing, String reason) {
    var refusal = assertThrows(IllegalArgumentException.class, () -> atomic(backing));
    String message = refusal.getMessage();
    assertTrue(message.startsWith("slot [0x0, 0x1000) ram: "), message);
    assertTrue(message.contains(reason), message);
    assertTrue(message.contains("UpdateMode.SINGLE_VCPU"), message);
  }

  private static SlotLayout atomic(Backing backing) {
    return SlotLayout.builder().slot(0, 0x1000, Set.of(), backing).build();
  }

  private static Role role(PagingMode mode) {
    return Role.of(mode, CpuFeatures.intel(46));
  }
}
