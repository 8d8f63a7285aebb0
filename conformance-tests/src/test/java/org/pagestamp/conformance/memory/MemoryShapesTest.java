package org.pagestamp.conformance.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.Engine;
import org.pagestamp.guest.Agreement;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.Mappings;
import org.pagestamp.guest.QemuListing;
import org.pagestamp.guest.ShippedGuests;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/**
 * Every shipped guest in every shape of memory: all pages are as QEMU lists them, and accesses that
 * set accessed and dirty bits leave the tables as they leave those in plain memory, through the
 * emulator's own stores.
 */
class MemoryShapesTest {
  private static final int WRITE = Access.WRITE | Access.AC;
  private static final long WHERE_THE_PAGE_LIES =
      WalkResult.NO_SLOT | WalkResult.READ_ONLY_SLOT; // the largest guest's slots are cut

  static Stream<Arguments> guestsInShapes() {
    return ShippedGuests.names().stream()
        .flatMap(
            guest -> Arrays.stream(MemoryShape.values()).map(shape -> Arguments.of(guest, shape)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("guestsInShapes")
  void aGuestIsWhatQemuSays(String name, MemoryShape shape)
      throws IOException, GuestFormatException {
    for (Engine engine : List.of(Engine.interpreted(), Engine.generated(new Stamper()))) {
      try (Guest guest = ShippedGuests.open(name);
          Arena arena = Arena.ofShared()) {
        ShapedGuest shaped = new ShapedGuest(guest, shape, arena);
        Walker walker = engine.walker(guest.role(), shaped.layout());
        QemuListing listing = guest.listing().orElseThrow();
        Agreement.Report report = Agreement.check(guest, listing, walker);
        assertEquals(List.of(), report.first(), engine::name);
        assertEquals(listing.pageCount(), report.pages());
        assertEquals(Set.of(), shaped.altered(), "stores of probes");
        writeEverywhere(guest, shaped, walker);
      }
    }
  }

  /** Writes to all pages of both, and compares. */
  private static void writeEverywhere(Guest guest, ShapedGuest shaped, Walker walker)
      throws GuestFormatException {
    List<Long> gvas = new ArrayList<>();
    int _ = Mappings.forEach(guest, page -> gvas.add(page.gva()));
    VcpuState vcpu = guest.vcpu();
    Walker reference = new InterpretedWalker(guest.role(), guest.layout());
    for (long gva : gvas) {
      long expected = reference.walk(vcpu, gva, WRITE) & ~WHERE_THE_PAGE_LIES;
      long actual = walker.walk(vcpu, gva, WRITE) & ~WHERE_THE_PAGE_LIES;
      if (expected != actual) {
        assertEquals(WalkResult.toString(expected), WalkResult.toString(actual));
      }
    }
    compareTables(guest, shaped);
  }

  private static void compareTables(Guest guest, ShapedGuest shaped) throws GuestFormatException {
    try (Guest before = ShippedGuests.open(guest.name())) {
      Set<Long> changed = new HashSet<>();
      for (long gpa : shaped.tables()) {
        byte[] expected = page(guest, gpa);
        assertArrayEquals(expected, shaped.page(gpa), () -> "table 0x" + Long.toHexString(gpa));
        if (!Arrays.equals(page(before, gpa), expected)) {
          boolean _ = changed.add(gpa);
        }
      }
      boolean keepsBits = guest.name().startsWith("rom-bios") || guest.name().startsWith("memtest");
      assertTrue(keepsBits || !changed.isEmpty(), "no accessed or dirty bit was set");
      if (!shaped.altered().isEmpty() || changed.isEmpty()) {
        assertEquals(changed, shaped.altered(), "pages that the emulator was told of");
      }
    }
  }

  private static byte[] page(Guest guest, long gpa) {
    byte[] page = new byte[(int) MemSlot.PAGE_SIZE];
    assertEquals(page.length, new GuestMemory(guest.layout()).read(gpa, page, 0, page.length));
    return page;
  }
}
