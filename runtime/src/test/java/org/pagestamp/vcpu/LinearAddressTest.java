package org.pagestamp.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pagestamp.mode.ControlBits.CR3_LAM_U48;
import static org.pagestamp.mode.ControlBits.CR3_LAM_U57;
import static org.pagestamp.mode.ControlBits.CR4_LAM_SUP;
import static org.pagestamp.mode.ControlBits.CR4_LASS;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pagestamp.choice.Choices;
import org.pagestamp.choice.ImplicitSmap;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;

class LinearAddressTest {
  private static final CpuFeatures CPU = CpuFeatures.intel(46);

  private static LinearAddress of(String mode, long cr3, long cr4, Control... controls) {
    return new LinearAddress(Role.of(PagingMode.ofLabel(mode), CPU, controls), cr3, cr4);
  }

  @ParameterizedTest
  @CsvSource({
    // LAM, mode, address, address that is translated
    "none, 4-level, 7E00000000001000, 7E00000000001000",
    "U57,  4-level, 7E00000000001000, 0000000000001000",
    "U57,  4-level, 7EFF000000001000, 00FF000000001000", // and is not canonical
    "U57,  5-level, 7EFF000000001000, 00FF000000001000",
    "U57,  5-level, 7F00000000001000, 7F00000000001000", // bit 56 is extended: not canonical
    "U48,  4-level, 7FFF000000001000, 0000000000001000",
    "U48,  5-level, 7FFF000000001000, 0000000000001000",
    "U48,  4-level, 7000800000001000, 7FFF800000001000", // bit 47 is extended: not canonical
    "both, 4-level, 7EFF000000001000, 00FF000000001000", // U57 wins
    "U57,  4-level, 8000000000001000, 8000000000001000", // a supervisor pointer
    "SUP,  4-level, 8000800000001000, FFFF800000001000",
    "SUP,  5-level, 8100000000001000, FF00000000001000",
    "SUP,  4-level, 7E00000000001000, 7E00000000001000", // a user pointer
    "SUP,  4-level, 8000000000001000, 8000000000001000", // bit 47 is extended, bit 63 stays
    "all,  pae,     7E00000000001000, 7E00000000001000"
  })
  void tagsAreMasked(String lam, String mode, String address, String translated) {
    long gva = Long.parseUnsignedLong(address, 16);
    LinearAddress linear =
        switch (lam) {
          case "none" -> of(mode, 0, 0);
          case "U57" -> of(mode, CR3_LAM_U57, 0);
          case "U48" -> of(mode, CR3_LAM_U48, 0);
          case "both" -> of(mode, CR3_LAM_U48 | CR3_LAM_U57, 0);
          case "SUP" -> of(mode, 0, CR4_LAM_SUP);
          default -> of(mode, CR3_LAM_U48 | CR3_LAM_U57, CR4_LAM_SUP);
        };
    long expected = Long.parseUnsignedLong(translated, 16);
    assertEquals(expected, linear.untagged(gva, Access.READ));
    assertEquals(expected, linear.untagged(gva, Access.WRITE | Access.USER));
    assertEquals(gva, linear.untagged(gva, Access.FETCH));
    assertEquals(gva, linear.untagged(gva, Access.IMPLICIT));
  }

  @ParameterizedTest
  @CsvSource({
    // half, access, with SMAP, without
    "low,  user read,                   allowed,   allowed",
    "high, user read,                   forbidden, forbidden",
    "high, user fetch,                  forbidden, forbidden",
    "low,  supervisor fetch,            forbidden, forbidden",
    "low,  supervisor fetch ac,         forbidden, forbidden",
    "high, supervisor fetch,            allowed,   allowed",
    "low,  supervisor write,            forbidden, allowed",
    "low,  supervisor write ac,         allowed,   allowed",
    "low,  implicit supervisor read,    forbidden, allowed",
    "low,  implicit supervisor read ac, forbidden, allowed",
    "high, supervisor write,            allowed,   allowed",
    "high, implicit supervisor read,    allowed,   allowed"
  })
  void lassClosesAHalf(String half, String access, String withSmap, String without) {
    long gva = half.equals("low") ? 0x1000 : -0x1000;
    int bits = access(access);
    for (String mode : new String[] {"4-level", "5-level"}) {
      assertEquals(
          withSmap.equals("forbidden"),
          of(mode, 0, CR4_LASS, Control.SMAP).violatesLass(gva, bits),
          mode + " with SMAP");
      assertEquals(
          without.equals("forbidden"), of(mode, 0, CR4_LASS).violatesLass(gva, bits), mode);
    }
  }

  private static int access(String text) {
    for (int access = 0; access < Access.LIMIT; access++) {
      if (Access.isValid(access) && Access.toString(access).equals(text)) {
        return access;
      }
    }
    throw new IllegalArgumentException(text);
  }

  @Test
  void whereAcFreesImplicitAccessesFromSmapItFreesThemFromLassToo() {
    int access = Access.READ | Access.IMPLICIT | Access.AC;
    for (ImplicitSmap choice : ImplicitSmap.values()) {
      Role role = Role.of(PagingMode.FOUR_LEVEL, CPU, Choices.of(choice), Control.SMAP);
      LinearAddress linear = new LinearAddress(role, 0, CR4_LASS);
      assertEquals(choice != ImplicitSmap.AC, linear.violatesLass(0x1000, access), choice.label());
      assertTrue(linear.violatesLass(0x1000, Access.READ | Access.IMPLICIT), choice.label());
    }
  }

  @Test
  void withoutLamAndLassAddressesArePlain() {
    assertTrue(of("4-level", 0, 0).isPlain());
    assertTrue(of("2-level", 0, CR4_LASS | CR4_LAM_SUP).isPlain());
  }
}
