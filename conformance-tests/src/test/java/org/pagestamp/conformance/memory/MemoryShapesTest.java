package org.pagestamp.conformance.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.guest.Agreement;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.Mappings;
import org.pagestamp.guest.QemuListing;
import org.pagestamp.guest.ShippedGuests;
import org.pagestamp.interpreter.InterpretedWalker;
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

  /** What writes to all pages come to, and the tables after them. */
  private static final class Written {
    private final long[] gvas;
    private final long[] results;
    private final Map<Long, byte[]> tables;

    Written(long[] gvas, long[] results, Map<Long, byte[]> tables) {
      this.gvas = gvas;
      this.results = results;
      this.tables = tables;
    }

    static Written of(Guest guest, Set<Long> tables) throws GuestFormatException {
      List<Long> mapped = new ArrayList<>();
      int _ = Mappings.forEach(guest, page -> mapped.add(page.gva()));
      long[] gvas = mapped.stream().mapToLong(Long::longValue).toArray();
      long[] results = new long[gvas.length];
      new InterpretedWalker(guest.role(), guest.layout())
          .walkAll(guest.vcpu(), gvas, WRITE, results);
      Map<Long, byte[]> after = new HashMap<>();
      tables.forEach(gpa -> after.put(gpa, ShapedGuest.page(guest.layout(), gpa)));
      return new Written(gvas, results, after);
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("guestsInShapes")
  void aGuestIsWhatQemuSays(String name, MemoryShape shape)
      throws IOException, GuestFormatException {
    try (Guest guest = ShippedGuests.open(name);
        Arena arena = Arena.ofShared()) {
      ShapedGuest shaped = new ShapedGuest(guest, shape, arena);
      QemuListing listing = guest.listing().orElseThrow();
      List<Walker> walkers =
          List.of(
              new InterpretedWalker(guest.role(), shaped.layout()),
              new Stamper().stamp(guest.role(), shaped.layout()));
      for (Walker walker : walkers) {
        Agreement.Report report = Agreement.check(guest, listing, walker);
        assertEquals(List.of(), report.first(), () -> walker.getClass().getName());
        assertEquals(listing.pageCount(), report.pages());
      }
      assertEquals(Set.of(), shaped.takeAltered(), "stores of probes");
      Written expected = Written.of(guest, shaped.tables().keySet());
      for (Walker walker : walkers) {
        shaped.load();
        write(expected, walker, guest.vcpu());
        compareTables(expected, shaped, shape);
      }
    }
  }

  private static void write(Written expected, Walker walker, VcpuState vcpu) {
    for (int i = 0; i < expected.gvas.length; i++) {
      long result = walker.walk(vcpu, expected.gvas[i], WRITE);
      if (((result ^ expected.results[i]) & ~WHERE_THE_PAGE_LIES) != 0) {
        assertEquals(WalkResult.toString(expected.results[i]), WalkResult.toString(result));
      }
    }
  }

  private static void compareTables(Written expected, ShapedGuest shaped, MemoryShape shape) {
    Set<Long> changed = new HashSet<>();
    shaped
        .tables()
        .forEach(
            (gpa, before) -> {
              byte[] after = expected.tables.get(gpa);
              assertArrayEquals(after, ShapedGuest.page(shaped.layout(), gpa), () -> hex(gpa));
              if (!Arrays.equals(before, after)) {
                boolean _ = changed.add(gpa);
              }
            });
    boolean inRam =
        shaped.tables().keySet().stream()
            .anyMatch(gpa -> !shaped.layout().find(gpa >>> MemSlot.PAGE_SHIFT).isReadOnly());
    assertEquals(
        inRam, !changed.isEmpty(), "accessed or dirty bits set, which needs tables in RAM");
    if (shape == MemoryShape.LAZY_BLOCKS || shape == MemoryShape.BUS) {
      assertEquals(changed, shaped.takeAltered(), "pages that the emulator was told of");
    }
  }

  private static String hex(long gpa) {
    return "table 0x" + Long.toHexString(gpa);
  }
}
