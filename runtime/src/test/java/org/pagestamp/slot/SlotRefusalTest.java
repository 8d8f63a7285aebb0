package org.pagestamp.slot;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlotRefusalTest {
  private static final Backing ENDLESS = Backing.of(new PlainAccessor(new byte[0]));

  @ParameterizedTest(name = "base {0} size {1}: {2}")
  @CsvSource({
    "0x1000,             0x0,           is empty",
    "0x1001,             0x1000,        is not aligned",
    "0x0800,             0x1000,        is not aligned",
    "0x1000,             0x1001,        is not aligned",
    "0xFFFFFFFFFFFFF000, 0x1000,        ends beyond 2^52",
    "0xFFFFFFFFFFFFF000, 0x2000,        ends beyond 2^52",
    "0x10000000000000,   0x1000,        ends beyond 2^52",
    "0xFFFFFFFFFF000,    0x2000,        ends beyond 2^52",
    "0x8000000000000000, 0x1000,        ends beyond 2^52",
    "0x0,                0x80000000000, has more than 2^31-1 pages",
    "0x1000,             0xFFFFFFFFFFFFF000, has more than 2^31-1 pages",
  })
  void impossibleRangesAreRefusedAtOnce(String base, String size, String reason) {
    var refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> SlotLayout.builder().slot(number(base), number(size), Set.of(), ENDLESS));
    assertTrue(refusal.getMessage().contains(reason), refusal::getMessage);
    assertTrue(
        refusal.getMessage().startsWith("slot at " + hex(number(base)) + " of "),
        refusal::getMessage);
  }

  @ParameterizedTest
  @CsvSource({"0x0, 0x1000", "0xFFFFFFFFFF000, 0x1000", "0x0, 0x7FFFFFFF000"})
  void theLargestPossibleRangesAreFine(String base, String size) {
    SlotLayout layout = singleVcpu().slot(number(base), number(size), Set.of(), ENDLESS).build();
    assertEquals(number(size), layout.slots().getFirst().byteSize());
  }

  @Test
  void aBackingSmallerThanItsSlotIsRefused() {
    var refusal =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                SlotLayout.builder()
                    .slot(0x1000, 0x2000, Set.of(), Backing.of(new long[512 + 511])));
    assertEquals(
        "slot at 0x1000 of 0x2000 bytes is larger than its backing, which has 0x1ff8",
        refusal.getMessage());
  }

  @Test
  void theOffsetOfABackingCounts() {
    var memory = MemorySegment.ofArray(new long[1024]);
    assertDoesNotThrow(
        () -> SlotLayout.builder().slot(0, 0x1000, Set.of(), Backing.of(memory, 0x1000)));
    assertThrows(
        IllegalArgumentException.class,
        () -> SlotLayout.builder().slot(0, 0x1000, Set.of(), Backing.of(memory, 0x1008)));
  }

  @ParameterizedTest(name = "second slot at {0} of {1}")
  @CsvSource({
    "0x2000, 0x1000", // inside
    "0x1000, 0x3000", // the same
    "0x3000, 0x4000", // over the end
    "0x0000, 0x2000", // over the start
    "0x0000, 0x8000", // around
  })
  void overlappingSlotsAreRefusedAndBothNamed(String base, String size) {
    var builder =
        SlotLayout.builder()
            .ram(0x1000, ram(0x3000))
            .slot(number(base), number(size), Set.of(SlotFlag.READONLY), ram(0x8000))
            .ram(0x10000, ram(0x1000));
    var refusal = assertThrows(IllegalArgumentException.class, builder::build);
    String second = "[" + hex(number(base)) + ", " + hex(number(base) + number(size)) + ") rom";
    assertTrue(refusal.getMessage().contains("[0x1000, 0x4000) ram"), refusal::getMessage);
    assertTrue(refusal.getMessage().contains(second), refusal::getMessage);
    assertTrue(refusal.getMessage().contains("overlaps"), refusal::getMessage);
  }

  @Test
  void adjacentSlotsAreFineInAnyOrder() {
    SlotLayout layout =
        SlotLayout.builder()
            .ram(0x3000, ram(0x1000))
            .rom(0x1000, ram(0x1000))
            .ram(0x2000, ram(0x1000))
            .build();
    assertEquals(
        "[0x1000, 0x2000) rom, [0x2000, 0x3000) ram, [0x3000, 0x4000) ram", layout.toString());
  }

  @Test
  void anAccessorDoesNotTellItsSize() {
    var refusal =
        assertThrows(IllegalArgumentException.class, () -> SlotLayout.builder().ram(0, ENDLESS));
    assertTrue(refusal.getMessage().contains("use slot("), refusal::getMessage);
  }

  @Test
  void kvmsNumberOfSlotsIsTheLimit() {
    var builder = singleVcpu();
    for (int i = 0; i < 32_764; i++) {
      builder.slot(i * 0x2000L, 0x1000, Set.of(), ENDLESS);
    }
    assertEquals(32_764, builder.build().slots().size());

    builder.slot(0x1000, 0x1000, Set.of(), ENDLESS);
    var refusal = assertThrows(IllegalArgumentException.class, builder::build);
    assertEquals("32765 slots: there can be 32764 at most", refusal.getMessage());
  }

  @Test
  void anOffsetOutsideTheSegmentIsRefused() {
    var memory = MemorySegment.ofArray(new long[512]);
    assertThrows(IllegalArgumentException.class, () -> Backing.of(memory, -1));
    assertThrows(IllegalArgumentException.class, () -> Backing.of(memory, 4097));
    assertEquals(0, Backing.of(memory, 4096).byteSize());
  }

  private static SlotLayout.Builder singleVcpu() {
    return SlotLayout.builder().updateMode(UpdateMode.SINGLE_VCPU);
  }

  private static Backing ram(int bytes) {
    return Backing.of(new long[bytes / 8]);
  }

  private static long number(String hex) {
    return Long.parseUnsignedLong(hex.substring(2), 16);
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
