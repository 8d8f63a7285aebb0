package org.pagestamp.mode;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The masks, as numbers worked out from the manuals' tables of entry formats. */
class ReservedBitsTest {
  @ParameterizedTest(name = "MAXPHYADDR {0}")
  @CsvSource({
    "32, 0x000FFFFF00000000",
    "36, 0x000FFFF000000000",
    "39, 0x000FFF8000000000",
    "40, 0x000FFF0000000000",
    "46, 0x000FC00000000000",
    "48, 0x000F000000000000",
    "51, 0x0008000000000000",
    "52, 0x0000000000000000",
  })
  void longModeReservesBits51ToMaxPhyAddr(int maxPhyAddr, String mask) {
    for (PagingMode mode : new PagingMode[] {PagingMode.FOUR_LEVEL, PagingMode.FIVE_LEVEL}) {
      Role role = Role.of(mode, CpuFeatures.intel(maxPhyAddr), Control.NXE);
      for (int level = 1; level <= 3; level++) {
        assertMask(mask, role, level, false);
      }
    }
  }

  @ParameterizedTest(name = "MAXPHYADDR {0}")
  @CsvSource({
    "32, 0x7FFFFFFF00000000",
    "36, 0x7FFFFFF000000000",
    "39, 0x7FFFFF8000000000",
    "40, 0x7FFFFF0000000000",
    "46, 0x7FFFC00000000000",
    "48, 0x7FFF000000000000",
    "51, 0x7FF8000000000000",
    "52, 0x7FF0000000000000",
  })
  void paeReservesBits62ToMaxPhyAddr(int maxPhyAddr, String mask) {
    Role role = Role.of(PagingMode.PAE, CpuFeatures.intel(maxPhyAddr), Control.NXE);
    assertMask(mask, role, 2, false);
    assertMask(mask, role, 1, false);
    assertMask(mask, role, 1, true);
  }

  @ParameterizedTest(name = "{0} {1} level {2} bit 7 = {3}")
  @CsvSource({
    // controls, mode, level, bit 7, mask
    "NXE, PAE,        3, false, 0xFFFFC000000001E6",
    "NXE, PAE,        3, true,  0xFFFFC000000001E6",
    "'',  PAE,        3, false, 0xFFFFC000000001E6",
    "NXE, PAE,        2, false, 0x7FFFC00000000000",
    "'',  PAE,        2, false, 0xFFFFC00000000000",
    "NXE, PAE,        2, true,  0x7FFFC000001FE000",
    "'',  PAE,        1, false, 0xFFFFC00000000000",
    "'',  PAE,        1, true,  0xFFFFC00000000000",
    "NXE, FOUR_LEVEL, 4, false, 0x000FC00000000080",
    "NXE, FOUR_LEVEL, 4, true,  0x000FC00000000080",
    "'',  FOUR_LEVEL, 4, false, 0x800FC00000000080",
    "NXE, FIVE_LEVEL, 5, false, 0x000FC00000000080",
    "'',  FIVE_LEVEL, 5, true,  0x800FC00000000080",
    "NXE, FIVE_LEVEL, 4, true,  0x000FC00000000080",
    "NXE, FOUR_LEVEL, 3, false, 0x000FC00000000000",
    "NXE, FOUR_LEVEL, 3, true,  0x000FC0003FFFE000",
    "'',  FOUR_LEVEL, 3, true,  0x800FC0003FFFE000",
    "NXE, FOUR_LEVEL, 2, false, 0x000FC00000000000",
    "NXE, FOUR_LEVEL, 2, true,  0x000FC000001FE000",
    "NXE, FOUR_LEVEL, 1, false, 0x000FC00000000000",
    "NXE, FOUR_LEVEL, 1, true,  0x000FC00000000000",
    "'',  FOUR_LEVEL, 1, true,  0x800FC00000000000",
    "PSE, TWO_LEVEL,  2, true,  0x3E0000",
    "PSE, TWO_LEVEL,  2, false, 0x0",
    "'',  TWO_LEVEL,  2, true,  0x0",
    "PSE, TWO_LEVEL,  1, true,  0x0",
    "PSE, TWO_LEVEL,  1, false, 0x0",
  })
  void masksAtMaxPhyAddr46(String controls, PagingMode mode, int level, boolean bit7, String mask) {
    Role role = Role.of(mode, CpuFeatures.intel(46), controls(controls));
    assertMask(mask, role, level, bit7);
  }

  @ParameterizedTest
  @EnumSource(names = {"FOUR_LEVEL", "FIVE_LEVEL"})
  void amdReservesBit8OfTheUpperTwoLevelsOnly(PagingMode mode) {
    Role role = Role.of(mode, new CpuFeatures(46, true, true), Control.NXE);
    for (int level = 4; level <= mode.topLevel(); level++) {
      assertMask("0x000FC00000000180", role, level, false);
    }
    assertMask("0x000FC00000000000", role, 3, false);
    assertMask("0x000FC00000000000", role, 2, false);
  }

  @ParameterizedTest
  @EnumSource(names = {"FOUR_LEVEL", "FIVE_LEVEL"})
  void bit7OfAPdpteIsReservedWithoutOneGigPages(PagingMode mode) {
    Role role = Role.of(mode, new CpuFeatures(46, false, false), Control.NXE);
    assertMask("0x000FC0003FFFE080", role, 3, true);
    assertMask("0x000FC00000000000", role, 3, false);
  }

  private static Control[] controls(String names) {
    return Arrays.stream(names.split(" "))
        .filter(name -> !name.isEmpty())
        .map(Control::valueOf)
        .toArray(Control[]::new);
  }

  private static void assertMask(String expected, Role role, int level, boolean bit7) {
    long mask = ReservedBits.mask(role, role.mode().level(level), bit7);
    assertEquals(
        Long.toHexString(Long.parseUnsignedLong(expected.substring(2), 16)),
        Long.toHexString(mask),
        () -> role + ", level " + level + ", bit 7 " + bit7);
  }
}
