package org.pagestamp.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.debug.Mapping;
import org.pagestamp.debug.NestedMapping;
import org.pagestamp.debug.Stage2Mapping;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.walk.Access;

/** Guests under a stage 2 that is made up. */
class UnderStage2Test {
  private static final int ANY_PAGE = Access.READ | Access.AC;

  private static <M> NestedMappings.Consumer<M> consumer(List<M> parts) {
    return new NestedMappings.Consumer<>() {
      @Override
      public boolean mapping(M mapping) {
        return parts.add(mapping);
      }

      @Override
      public void missingTable(MissingTable table) {
        throw new AssertionError(table.toString());
      }
    };
  }

  @ParameterizedTest(name = "{0} under {1}")
  @CsvSource({
    "linux64-4l-max, EPT4",
    "linux64-4l-max, NPT_PAE",
    "linux64-5l-max, EPT5",
    "linux32-pae-max, EPT4_NO_AD",
    "linux32-pae-max, NPT_2_LEVEL",
    "linux32-2l-max, NPT_5_LEVEL",
    "rom-bios-ad0-q10, NPT_4_LEVEL"
  })
  @DisplayName("the guest maps what QEMU lists, behind stage 2, and both engines translate so")
  void mapsWhatQemuLists(String name, Stage2Kind kind) throws GuestFormatException {
    try (Guest guest = ShippedGuests.open(name);
        Guest nested = UnderStage2.of(guest, kind)) {
      QemuListing listing = guest.listing().orElseThrow();
      InterpretedWalker alone = new InterpretedWalker(guest.role(), guest.layout());
      assertTrue(Agreement.check(guest, listing, alone).isEqual());
      List<Mapping> listed = new ArrayList<>();
      int _ = Mappings.forEach(guest, listed::add);

      NestedRole role = NestedRole.processor(nested.role(), nested.nesting().orElseThrow().role());
      List<NestedMapping> parts = new ArrayList<>();
      NestedMappings.forEach(nested, role, consumer(parts));
      List<Mapping> pages = new ArrayList<>();
      for (NestedMapping part : parts) {
        if (pages.isEmpty() || !pages.getLast().equals(part.guest())) {
          pages.add(part.guest());
        }
      }
      assertEquals(listed, pages);
      assertTranslated(nested, role, parts);
    }
  }

  /** Walks the first byte of some parts, seven of a thousand. */
  private static void assertTranslated(Guest nested, NestedRole role, List<NestedMapping> parts)
      throws GuestFormatException {
    NestedState state = NestedState.observer(nested.nesting().orElseThrow().state(nested, role));
    List<NestedWalker> walkers =
        List.of(
            new InterpretedNestedWalker(role, nested.layout()),
            new Stamper().stamp(role, nested.layout()));
    for (int i = 0; i < parts.size(); i += 143) {
      NestedMapping part = parts.get(i);
      for (NestedWalker walker : walkers) {
        long result = walker.walk(state, part.gva(), ANY_PAGE);
        String what = String.format("0x%x: %s", part.gva(), NestedResult.toString(result));
        if (part.stage2() == null) {
          assertTrue(NestedResult.isStage2Fault(result), what);
        } else {
          assertEquals(part.slotGpa(), NestedResult.pageGpa(result), what);
        }
      }
    }
  }

  @Test
  @DisplayName("no two pages of a guest share a frame, and both page sizes are there")
  void framesAreDistinct() throws GuestFormatException {
    try (Guest guest = ShippedGuests.open("linux64-4l-max");
        Guest nested = UnderStage2.of(guest, Stage2Kind.EPT4)) {
      List<Stage2Mapping> pages = new ArrayList<>();
      NestedMappings.forEachOfStage2(nested, consumer(pages));
      Set<Long> frames = new HashSet<>();
      Set<Long> sizes = new HashSet<>();
      for (Stage2Mapping page : pages) {
        sizes.add(page.size());
        for (long at = 0; at < page.size(); at += 4096) {
          assertTrue(frames.add(page.slotGpa() + at), page.toString());
        }
      }
      assertEquals(Set.of(4096L, 2L << 20), sizes);
      long bytes = guest.layout().slots().stream().mapToLong(slot -> slot.byteSize()).sum();
      assertEquals(bytes, frames.size() * 4096L);
    }
  }

  @Test
  @DisplayName("memory beyond what stage 2 translates, and a nested guest, are refused")
  void refusals() throws GuestFormatException {
    try (Guest big = ShippedGuests.open("memtest-x86")) {
      GuestFormatException e =
          assertThrows(
              GuestFormatException.class, () -> UnderStage2.of(big, Stage2Kind.NPT_2_LEVEL));
      assertTrue(e.getMessage().contains("stage 2 has no address"), e.getMessage());
    }
    try (Guest guest = ShippedGuests.open("rom-bios-ad0-q10");
        Guest nested = UnderStage2.of(guest, Stage2Kind.EPT4)) {
      assertEquals(Optional.empty(), guest.nesting());
      assertThrows(GuestFormatException.class, () -> UnderStage2.of(nested, Stage2Kind.EPT4));
    }
  }
}
