package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.Walker;

/**
 * A table that CR3 puts outside the slot that is expected to hold tables is not taken for the one
 * at the same place inside.
 */
class FirstTableTest {
  private static final Role TWO_LEVEL =
      Role.of(PagingMode.TWO_LEVEL, CpuFeatures.intel(46), Control.WP, Control.PSE);
  private static final int PAGE_INTS = 1024;

  /** P, W, U, A and D. */
  private static final int RIGHTS = 0x67;

  @ParameterizedTest
  @CsvSource({
    "0x0,       0x0",
    "0x0,       0x10000",
    "0x0,       0x8000_0000",
    "0x0,       0x2000_0000",
    "0x10000,   0x10000",
    "0x10000,   0x0",
    "0x10000,   0x20000",
    "0x10000,   0x2000_0000",
    "0x80000000, 0x0",
  })
  void cr3LeadsToTheTableThatIsThere(String base, String cr3) {
    int first = number(base);
    int[] ram = new int[16 * PAGE_INTS];
    ram[0] = first + 0x1000 | RIGHTS;
    ram[PAGE_INTS] = first + 0x2000 | RIGHTS;
    int[] small = new int[4 * PAGE_INTS];
    small[0] = 0x2000_1000 | RIGHTS;
    small[PAGE_INTS] = first + 0x3000 | RIGHTS;
    SlotLayout layout =
        SlotLayout.builder()
            .ram(Integer.toUnsignedLong(first), Backing.of(ram))
            .ram(0x2000_0000, Backing.of(small))
            .build();
    VcpuState vcpu = new VcpuState();
    vcpu.loadCr3(Integer.toUnsignedLong(number(cr3)), TWO_LEVEL, layout);
    Walker reference = new InterpretedWalker(TWO_LEVEL, layout);
    Walker walker = new Stamper().stamp(TWO_LEVEL, layout);
    assertEquals(
        reference.walk(vcpu, 0, Access.READ | Access.USER),
        walker.walk(vcpu, 0, Access.READ | Access.USER));
  }

  private static int number(String hex) {
    return Integer.parseUnsignedInt(hex.replace("_", "").substring(2), 16);
  }
}
