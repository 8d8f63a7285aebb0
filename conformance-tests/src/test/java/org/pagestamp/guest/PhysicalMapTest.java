package org.pagestamp.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PhysicalMapTest {
  private final PhysicalMap map =
      PhysicalMap.of(
          List.of(
              new PhysicalMap.Range(0x8000, 0x1000, SlotKind.ROM),
              new PhysicalMap.Range(0x1000, 0x3000, SlotKind.RAM),
              new PhysicalMap.Range(0x4000, 0x400, SlotKind.MMIO)),
          SlotKind.HOLE);

  @Test
  @DisplayName("an address is of the kind of its range")
  void kindAt() {
    assertEquals(SlotKind.HOLE, map.kindAt(0xfff));
    assertEquals(SlotKind.RAM, map.kindAt(0x1000));
    assertEquals(SlotKind.RAM, map.kindAt(0x3fff));
    assertEquals(SlotKind.MMIO, map.kindAt(0x4000));
    assertEquals(SlotKind.HOLE, map.kindAt(0x4400));
    assertEquals(SlotKind.HOLE, map.kindAt(1L << 51));
  }

  @Test
  @DisplayName("a page can straddle kinds")
  void kindsIn() {
    assertEquals(Set.of(SlotKind.RAM), map.kindsIn(0x2000, 0x1000));
    assertEquals(Set.of(SlotKind.MMIO, SlotKind.HOLE), map.kindsIn(0x4000, 0x1000));
    assertEquals(
        Set.of(SlotKind.RAM, SlotKind.MMIO, SlotKind.HOLE, SlotKind.ROM), map.kindsIn(0, 0x200000));
    assertEquals(Set.of(SlotKind.HOLE), map.kindsIn(0x9000, 0x1000));
  }

  @Test
  @DisplayName("the parts of a range are cut where the kind changes and cover it")
  void split() {
    assertEquals(
        List.of(
            new PhysicalMap.Range(0, 0x1000, SlotKind.HOLE),
            new PhysicalMap.Range(0x1000, 0x3000, SlotKind.RAM),
            new PhysicalMap.Range(0x4000, 0x400, SlotKind.MMIO),
            new PhysicalMap.Range(0x4400, 0xc00, SlotKind.HOLE)),
        map.split(0, 0x5000));
  }
}
