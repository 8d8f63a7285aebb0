package org.pagestamp.conformance.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.guest.CpuOptions;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.Guests;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

/** Real guests through subjects. */
class GuestGroupTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "linux32-2l-max, TWO_LEVEL",
    "linux32-pae-max, PAE",
    "memtest-x86, FOUR_LEVEL",
    "rom-bios-ad0-q10, FOUR_LEVEL",
    "linux64-5l-max, FIVE_LEVEL"
  })
  void everyPageOfAGuest(String name, PagingMode mode) throws Exception {
    long pages;
    try (Guest guest = Guests.open(name, CpuOptions.NONE)) {
      pages = guest.listing().orElseThrow().pageCount();
    }
    for (Engine engine : List.of(Engine.interpreted(), Engine.generated(new Stamper()))) {
      CountingTrial trial = trial(engine, name, mode);
      assertEquals(List.of(), trial.failures());
      assertTrue(trial.passed() >= pages, () -> trial.passed() + " of " + pages);
    }
  }

  private static CountingTrial trial(Engine engine, String guest, PagingMode mode)
      throws IOException {
    CountingTrial trial = new CountingTrial(new WalkerSubject(engine, MemoryKind.NATIVE), 0);
    new GuestGroup(List.of(guest)).run(mode, trial);
    return trial;
  }

  @Test
  @DisplayName("a walker that takes NX for a reserved bit fails at pages with NX, and says where")
  void wrongWalker() throws IOException {
    Engine wrong =
        new Engine(
            "no NX",
            (role, layout) ->
                new InterpretedWalker(
                    Role.of(
                        role.mode(),
                        new org.pagestamp.mode.CpuFeatures(role.maxPhyAddr(), true, false),
                        role.controls().stream()
                            .filter(control -> control != Control.NXE)
                            .toArray(Control[]::new)),
                    layout));
    CountingTrial trial = trial(wrong, "linux64-5l-max", PagingMode.FIVE_LEVEL);
    assertFalse(trial.failures().isEmpty());
    assertTrue(
        trial.failures().stream()
            .allMatch(
                failure ->
                    failure.failed().memory().stream()
                        .anyMatch(entry -> (entry.value() & EntryBits.NX) != 0)));
  }

  @Test
  @DisplayName("a guest of another mode has no cases in this one")
  void otherMode() throws IOException {
    assertEquals(0, trial(Engine.interpreted(), "memtest-x86", PagingMode.PAE).passed());
  }

  @Test
  @DisplayName("a guest that is none is refused")
  void noGuest() {
    IOException e =
        assertThrows(
            IOException.class, () -> trial(Engine.interpreted(), "nosuch", PagingMode.PAE));
    assertTrue(e.getMessage().startsWith("nosuch: "), e.getMessage());
  }
}
