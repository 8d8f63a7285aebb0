package org.pagestamp.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/** Every shipped guest, walked by both engines, is what QEMU says it is. */
class ShippedGuestsTest {
  private static final String GUESTS =
      """
      linux64-4l-max,   4-level, 116,  73750, 118,    0
      linux64-5l-max,   5-level, 114,  73750, 118,    0
      linux32-pae-max,  pae,     25,   3310,  95,     0
      linux32-2l-max,   2-level, 15,   4336,  0,      46
      ovmf64,           4-level, 1028, 512,   524287, 0
      memtest-x86,      4-level, 6,    0,     2048,   0
      rom-bios-ad0-q10, 4-level, 7,    512,   2047,   0
      rom-bios-ad1-q10, 4-level, 7,    512,   2047,   0
      """;

  @ParameterizedTest(name = "{0}")
  @CsvSource(textBlock = GUESTS)
  @DisplayName("the interpreted walker agrees with QEMU")
  void interpretedWalkerAgrees(
      String name, String mode, int tables, long pages4K, long pages2M, long pages4M)
      throws GuestFormatException {
    try (Guest guest = ShippedGuests.open(name)) {
      assertAgrees(
          guest,
          new InterpretedWalker(guest.role(), guest.layout()),
          mode,
          tables,
          Map.of(1L << 12, pages4K, 1L << 21, pages2M, 1L << 22, pages4M));
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(textBlock = GUESTS)
  @DisplayName("the generated walker agrees with QEMU")
  void generatedWalkerAgrees(
      String name, String mode, int tables, long pages4K, long pages2M, long pages4M)
      throws GuestFormatException {
    try (Guest guest = ShippedGuests.open(name)) {
      assertAgrees(
          guest,
          new Stamper().stamp(guest.role(), guest.layout()),
          mode,
          tables,
          Map.of(1L << 12, pages4K, 1L << 21, pages2M, 1L << 22, pages4M));
    }
  }

  private static void assertAgrees(
      Guest guest, Walker walker, String mode, int tables, Map<Long, Long> sizes)
      throws GuestFormatException {
    Agreement.Report report = Agreement.check(guest, guest.listing().orElseThrow(), walker);
    assertEquals(List.of(), report.first());
    assertEquals(0, report.mismatches());
    assertEquals(mode, guest.role().mode().label());
    assertEquals(tables, report.tables());
    sizes.forEach(
        (size, count) -> assertEquals(count, report.pagesBySize().getOrDefault(size, 0L)));
    assertEquals(sizes.values().stream().mapToLong(n -> n).sum(), report.pages());
    assertTrue(report.samples() > 800, "gva2gpa replies compared: " + report.samples());
    assertEquals(mode.equals("5-level"), report.ranges() == 0, "ranges: " + report.ranges());
  }

  @Test
  @DisplayName("a walker that is wrong by one page is found out")
  void wrongWalkerIsFoundOut() throws GuestFormatException {
    try (Guest guest = ShippedGuests.open("linux32-pae-max")) {
      Walker right = new InterpretedWalker(guest.role(), guest.layout());
      Walker wrong = new WrongAt(right, 0xc0000000L);
      Agreement.Report report = Agreement.check(guest, guest.listing().orElseThrow(), wrong);
      assertTrue(report.mismatches() >= 1);
      assertTrue(report.first().getFirst().startsWith("gva 0xc0000000: walk leads to gpa"));
    }
  }

  @Test
  @DisplayName("an unknown name is refused with the names there are")
  void unknownName() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> ShippedGuests.open("minix"));
    assertTrue(e.getMessage().contains("linux64-4l-max"), e.getMessage());
  }

  /** Answers for the next page at one address. */
  private static final class WrongAt extends DelegatingWalker {
    private final long gva;

    WrongAt(Walker walker, long gva) {
      super(walker);
      this.gva = gva;
    }

    @Override
    public long probe(VcpuState vcpu, long asked, int access) {
      long result = super.probe(vcpu, asked, access);
      return asked == gva ? result + 0x1000 : result;
    }
  }
}
