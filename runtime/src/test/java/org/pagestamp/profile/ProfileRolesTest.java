package org.pagestamp.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.choice.Choices;
import org.pagestamp.choice.ReadOnlyTables;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedOption;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;

/** The roles that profiles make, and what they refuse. */
class ProfileRolesTest {
  private static final CpuFeatures CPU = CpuFeatures.intel(38);
  private static final long CR0 = 0x8001_0001L;
  private static final long CR4_PAE_PKS = 0x20 | 1 << 24;
  private static final long EFER = 0x500;

  @ParameterizedTest
  @EnumSource
  void aRoleByPartsIsTheOneByRegisters(Profile profile) {
    assertEquals(
        profile.role(CR0, 0x20, EFER, CPU), profile.role(PagingMode.FOUR_LEVEL, CPU, Control.WP));
  }

  @Test
  void kvmDropsPksFromRegistersAndRefusesItByName() {
    assertFalse(Profile.KVM.role(CR0, CR4_PAE_PKS, EFER, CPU).pks());
    assertTrue(Profile.QEMU.role(CR0, CR4_PAE_PKS, EFER, CPU).pks());
    Exception refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> Profile.KVM.role(PagingMode.FOUR_LEVEL, CPU, Control.PKS));
    assertEquals("profile kvm has no PKS", refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          qemu  | ept4 | profile qemu has no ept4: use npt, or another profile
          qemu  | ept5 | profile qemu has no ept5: use npt, or another profile
          amd   | ept4 | profile amd has no ept4: use npt, or another profile
          intel | npt  | profile intel has no npt: use ept4 or ept5, or another profile
          bochs | ept5 | profile bochs has no ept5: use ept4 or npt, or another profile
          """)
  void aStageTwoThatAProfileLacksIsRefusedWithWhatItHas(
      String profile, String kind, String message) {
    Profile named = Profile.ofLabel(profile);
    Stage2Role stage2 = stage2(kind);
    assertFalse(named.has(stage2));
    Exception refused = assertThrows(IllegalArgumentException.class, () -> named.stage2(stage2));
    assertEquals(message, refused.getMessage());
    Role guest = named.role(PagingMode.FOUR_LEVEL, CPU);
    assertThrows(IllegalArgumentException.class, () -> named.nested(guest, stage2));
  }

  @Test
  void readOnlySlotsBelowIntelsEptFollowItsAccessedAndDirtyBits() {
    Role guest = Profile.INTEL.role(PagingMode.FOUR_LEVEL, CPU, Control.WP);
    EptRole plain = EptRole.of(EptMode.EPT4, 46);
    EptRole updating = EptRole.of(EptMode.EPT4, 46, EptOption.ACCESSED_DIRTY);
    assertEquals(guest, Profile.INTEL.nested(guest, plain).guest());
    Role always = Profile.INTEL.nested(guest, updating).guest();
    assertEquals(
        Role.of(
            PagingMode.FOUR_LEVEL,
            CPU,
            Profile.INTEL.choices().with(ReadOnlyTables.FAULT_ALWAYS),
            Control.WP),
        always);
    Role never = Role.of(PagingMode.FOUR_LEVEL, CPU, Choices.of(ReadOnlyTables.NONE));
    assertEquals(never, Profile.INTEL.nested(never, updating).guest(), "what was asked for stays");
  }

  @Test
  void kvmHasItsNestedOptionsAndNoOtherProfileHasAny() {
    Role guest = Role.of(PagingMode.FOUR_LEVEL, CPU);
    for (Profile profile : Profile.values()) {
      for (String kind : List.of("ept4", "npt")) {
        if (profile.has(stage2(kind))) {
          assertEquals(
              profile == Profile.KVM ? Set.of(NestedOption.values()) : Set.of(),
              profile.nested(guest, stage2(kind)).options());
        }
      }
    }
  }

  private static Stage2Role stage2(String kind) {
    return switch (kind) {
      case "ept4" -> EptRole.of(EptMode.EPT4, 46);
      case "ept5" -> EptRole.of(EptMode.EPT5, 46);
      default -> NptRole.of(Role.of(PagingMode.FOUR_LEVEL, CPU));
    };
  }
}
