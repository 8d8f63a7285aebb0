package org.pagestamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pagestamp.guest.SlotKind;

class MappedRangeTest {
  private static final MappedRange RANGE =
      new MappedRange(0x4000, 0x9000, 0x2000, 0x1000, "-rw-", "AD-", Set.of(SlotKind.RAM));

  @Test
  @DisplayName("the next page in both address spaces continues a range, whatever it lies in")
  void continued() {
    MappedRange next =
        new MappedRange(0x6000, 0xb000, 0x1000, 0x1000, "-rw-", "AD-", Set.of(SlotKind.ROM));
    assertTrue(RANGE.isContinuedBy(next));
    assertEquals(0x3000, RANGE.with(next).size());
    assertEquals(3, RANGE.with(next).pages());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "a gap in gva,   0x7000, 0xb000, 0x1000, -rw-, AD-",
    "a gap in gpa,   0x6000, 0xc000, 0x1000, -rw-, AD-",
    "the same gpa,   0x6000, 0x9000, 0x1000, -rw-, AD-",
    "a larger page,  0x6000, 0xb000, 0x2000, -rw-, AD-",
    "other rights,   0x6000, 0xb000, 0x1000, -r--, AD-",
    "reserved,       0x6000, 0xb000, 0x1000, rsvd, AD-",
    "A clear,        0x6000, 0xb000, 0x1000, -rw-, -D-",
    "D clear,        0x6000, 0xb000, 0x1000, -rw-, A--",
    "global,         0x6000, 0xb000, 0x1000, -rw-, ADG"
  })
  @DisplayName("a page that differs begins a new range")
  void notContinued(String what, long gva, long gpa, long page, String rights, String flags) {
    assertFalse(
        RANGE.isContinuedBy(
            new MappedRange(gva, gpa, page, page, rights, flags, Set.of(SlotKind.RAM))));
  }
}
