package org.pagestamp.mode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PagingModeTest {
  @ParameterizedTest(name = "{0} level {1}")
  @CsvSource({
    // mode, level, lowest index bit, entries, leaf rule
    "TWO_LEVEL,  2, 22, 1024, PS_IF_PSE",
    "TWO_LEVEL,  1, 12, 1024, ALWAYS",
    "PAE,        3, 30,    4, NEVER",
    "PAE,        2, 21,  512, PS",
    "PAE,        1, 12,  512, ALWAYS",
    "FOUR_LEVEL, 4, 39,  512, NEVER",
    "FOUR_LEVEL, 3, 30,  512, PS_IF_ONE_GIG",
    "FOUR_LEVEL, 2, 21,  512, PS",
    "FOUR_LEVEL, 1, 12,  512, ALWAYS",
    "FIVE_LEVEL, 5, 48,  512, NEVER",
    "FIVE_LEVEL, 4, 39,  512, NEVER",
    "FIVE_LEVEL, 3, 30,  512, PS_IF_ONE_GIG",
    "FIVE_LEVEL, 2, 21,  512, PS",
    "FIVE_LEVEL, 1, 12,  512, ALWAYS",
  })
  void levelsHaveTheArchitecturesGeometry(
      PagingMode mode, int number, int lowestIndexBit, int entries, LeafRule leafRule) {
    PagingLevel level = mode.level(number);
    assertEquals(number, level.number());
    assertEquals(lowestIndexBit, level.shift());
    assertEquals(entries, level.entries());
    assertEquals(leafRule, level.leafRule());
    assertEquals(1L << lowestIndexBit, level.pageSize());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    // mode, label, entry bytes, levels, top level in memory, gva bits, root in CR3, table in entry
    "NO_PAGING,  none,    0, 0, 0, 32, 0x0,             0xFFFFFFFFFF000",
    "TWO_LEVEL,  2-level, 4, 2, 2, 32, 0xFFFFF000,      0xFFFFF000",
    "PAE,        pae,     8, 3, 2, 32, 0xFFFFFFE0,      0xFFFFFFFFFF000",
    "FOUR_LEVEL, 4-level, 8, 4, 4, 48, 0xFFFFFFFFFF000, 0xFFFFFFFFFF000",
    "FIVE_LEVEL, 5-level, 8, 5, 5, 57, 0xFFFFFFFFFF000, 0xFFFFFFFFFF000",
  })
  void modesHaveTheArchitecturesShape(
      PagingMode mode,
      String label,
      int entryBytes,
      int levels,
      int topInMemory,
      int gvaBits,
      String rootMask,
      String tableMask) {
    assertEquals(label, mode.label());
    assertEquals(entryBytes, mode.entryBytes());
    assertEquals(levels, mode.topLevel());
    assertEquals(topInMemory, mode.topLevelInMemory());
    assertEquals(gvaBits, mode.gvaBits());
    assertEquals(Long.decode(rootMask), mode.rootMask());
    assertEquals(Long.decode(tableMask), mode.tableMask());
  }

  @ParameterizedTest
  @EnumSource
  void labelsNameTheirMode(PagingMode mode) {
    assertEquals(mode, PagingMode.ofLabel(mode.label()));
  }

  @Test
  void anUnknownLabelIsRefusedWithTheKnownOnes() {
    var refusal = assertThrows(IllegalArgumentException.class, () -> PagingMode.ofLabel("6-level"));
    assertEquals(
        "unknown paging mode '6-level': use none, 2-level, pae, 4-level or 5-level",
        refusal.getMessage());
  }

  @ParameterizedTest(name = "{0} level {1}: entry {2}")
  @CsvSource({
    "TWO_LEVEL,  2, 0x2AA", // 1010101010
    "TWO_LEVEL,  1, 0x2AA",
    "PAE,        3, 0x2",
    "PAE,        2, 0x155",
    "PAE,        1, 0xAA",
  })
  void indicesOf32BitModesIgnoreTheHighHalf(PagingMode mode, int level, int index) {
    assertEquals(index, mode.level(level).index(0xAAAA_AAAAL));
    assertEquals(index, mode.level(level).index(0x5555_5555_AAAA_AAAAL));
  }

  @ParameterizedTest(name = "level {0}: entry {1}")
  @CsvSource({"5, 0x123", "4, 0x1FF", "3, 0x001", "2, 0x0AB", "1, 0x155"})
  void indicesOfLongModeAreNineBits(int level, int index) {
    long gva = 0x123L << 48 | 0x1FFL << 39 | 0x001L << 30 | 0x0ABL << 21 | 0x155L << 12 | 0xFFF;
    assertEquals(index, PagingMode.FIVE_LEVEL.level(level).index(gva));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 0x0000_7FFF_FFFF_FFFFL, 0xFFFF_8000_0000_0000L, -1})
  void bits63To47MustAgreeIn4LevelPaging(long canonical) {
    assertTrue(PagingMode.FOUR_LEVEL.isCanonical(canonical));
  }

  @ParameterizedTest
  @ValueSource(longs = {0x0000_8000_0000_0000L, 0xFFFF_7FFF_FFFF_FFFFL, 1L << 63, 1L << 62})
  void otherwiseTheAddressIsNotCanonicalIn4LevelPaging(long gva) {
    assertFalse(PagingMode.FOUR_LEVEL.isCanonical(gva));
  }

  @ParameterizedTest
  @ValueSource(
      longs = {0, 0x00FF_FFFF_FFFF_FFFFL, 0xFF00_0000_0000_0000L, -1, 0x0000_8000_0000_0000L})
  void bits63To56MustAgreeIn5LevelPaging(long canonical) {
    assertTrue(PagingMode.FIVE_LEVEL.isCanonical(canonical));
  }

  @ParameterizedTest
  @ValueSource(longs = {0x0100_0000_0000_0000L, 0xFEFF_FFFF_FFFF_FFFFL, 1L << 63, 1L << 62})
  void otherwiseTheAddressIsNotCanonicalIn5LevelPaging(long gva) {
    assertFalse(PagingMode.FIVE_LEVEL.isCanonical(gva));
  }

  @ParameterizedTest
  @EnumSource(names = {"NO_PAGING", "TWO_LEVEL", "PAE"})
  void modesOf32BitsKeepTheLowHalfOfAnyAddress(PagingMode mode) {
    assertTrue(mode.isCanonical(0x1234_5678_9ABC_DEF0L));
    assertEquals(0x9ABC_DEF0L, mode.truncate(0x1234_5678_9ABC_DEF0L));
  }

  @ParameterizedTest
  @EnumSource(names = {"FOUR_LEVEL", "FIVE_LEVEL"})
  void longModeKeepsTheWholeAddress(PagingMode mode) {
    assertEquals(0xFFFF_8000_1234_5678L, mode.truncate(0xFFFF_8000_1234_5678L));
  }
}
