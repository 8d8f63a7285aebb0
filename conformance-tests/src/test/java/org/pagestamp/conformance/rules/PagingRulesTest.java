package org.pagestamp.conformance.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;

/** The rules that the groups judge by, against figures worked out by hand from the manuals. */
class PagingRulesTest {
  /** The bits that must be zero on a CPU of 46 address bits. */
  @ParameterizedTest(name = "{0} level {1}, bit 7 {2}, nxe {3}, 1g {4}, amd {5}: {6}")
  @CsvSource({
    "PAE,          3, 0, 1, 1, 0, FFFFC000000001E6",
    "PAE,          2, 0, 1, 1, 0, 7FFFC00000000000",
    "PAE,          1, 0, 1, 1, 0, 7FFFC00000000000",
    "PAE,          1, 1, 1, 1, 0, 7FFFC00000000000",
    "PAE,          2, 0, 0, 1, 0, FFFFC00000000000",
    "PAE,          2, 1, 1, 1, 0, 7FFFC000001FE000",
    "FOUR_LEVEL,   4, 0, 1, 1, 0, 000FC00000000080",
    "FOUR_LEVEL,   4, 1, 1, 1, 0, 000FC00000000080",
    "FIVE_LEVEL,   5, 0, 1, 1, 1, 000FC00000000180",
    "FIVE_LEVEL,   4, 0, 1, 1, 1, 000FC00000000180",
    "FOUR_LEVEL,   4, 0, 0, 1, 0, 800FC00000000080",
    "FOUR_LEVEL,   3, 1, 1, 1, 0, 000FC0003FFFE000",
    "FOUR_LEVEL,   3, 1, 1, 0, 0, 000FC0003FFFE080",
    "FOUR_LEVEL,   3, 0, 1, 0, 1, 000FC00000000000",
    "FOUR_LEVEL,   2, 1, 1, 1, 0, 000FC000001FE000",
    "FOUR_LEVEL,   2, 0, 1, 1, 0, 000FC00000000000",
    "FIVE_LEVEL,   1, 1, 1, 1, 1, 000FC00000000000",
    "TWO_LEVEL,    2, 1, 0, 0, 0, 00000000003E0000",
    "TWO_LEVEL,    2, 0, 0, 0, 0, 0000000000000000",
    "TWO_LEVEL,    1, 1, 0, 0, 0, 0000000000000000",
  })
  void reservedBits(
      PagingMode mode, int level, int bit7, int nxe, int oneGig, int amd, String mask) {
    CpuFeatures cpu = new CpuFeatures(46, oneGig == 1, amd == 1);
    Control[] controls = nxe == 1 ? new Control[] {Control.NXE} : new Control[] {Control.PSE};
    PagingRules rules = new PagingRules(Roles.of(mode, cpu, controls));
    assertEquals(mask, "%016X".formatted(rules.reserved(level, bit7 << 7)));
  }

  @ParameterizedTest(name = "{0} address bits: {1}, in PAE paging {2}")
  @CsvSource({
    "32, 000FFFFF00000000, 7FFFFFFF00000000",
    "36, 000FFFF000000000, 7FFFFFF000000000",
    "48, 000F000000000000, 7FFF000000000000",
    "52, 0000000000000000, 7FF0000000000000",
  })
  void addressWidths(int width, String inLongMode, String inPae) {
    CpuFeatures cpu = CpuFeatures.intel(width);
    PagingRules rules = new PagingRules(Roles.of(PagingMode.FOUR_LEVEL, cpu, Control.NXE));
    assertEquals(inLongMode, "%016X".formatted(rules.reserved(1, 0)));
    PagingRules pae = new PagingRules(Roles.of(PagingMode.PAE, cpu, Control.NXE));
    assertEquals(inPae, "%016X".formatted(pae.reserved(1, 0)));
  }

  @Test
  void withoutPseBit7OfAPdeIsIgnored() {
    PagingRules rules =
        new PagingRules(Roles.of(PagingMode.TWO_LEVEL, CpuFeatures.intel(46), Control.WP));
    assertEquals(0, rules.reserved(2, -1));
  }

  @Test
  void fetchesAreReportedWithNxeOrSmep() {
    for (Control control : Control.values()) {
      PagingRules rules =
          new PagingRules(Roles.of(PagingMode.FIVE_LEVEL, CpuFeatures.intel(46), control));
      boolean reported = control == Control.NXE || control == Control.SMEP;
      assertEquals(reported ? 0x14 : 4, rules.codeOf(Access.FETCH | Access.USER));
      assertEquals(2, rules.codeOf(Access.WRITE));
    }
  }

  @Test
  void accessesAreAllThereAreAndEachOnce() {
    Set<Integer> accesses = new HashSet<>();
    for (int access : Roles.accesses()) {
      accesses.add(access);
    }
    Set<Integer> valid = new HashSet<>();
    for (int access = 0; access < Access.LIMIT; access++) {
      if (Access.isValid(access)) {
        valid.add(access);
      }
    }
    assertEquals(valid, accesses);
    assertEquals(valid.size(), Roles.accesses().length);
  }
}
