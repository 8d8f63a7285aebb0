package org.pagestamp.interpreter;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptOption;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;

/** Roles with a second stage, for tests. */
final class NestedRoles {
  private static final int WIDTH = 52;

  private NestedRoles() {}

  /** EPT with all page sizes, and more. */
  static EptRole ept(EptMode mode, EptOption... more) {
    List<EptOption> options =
        new ArrayList<>(List.of(EptOption.TWO_MEG_PAGES, EptOption.ONE_GIG_PAGES));
    options.addAll(List.of(more));
    return EptRole.of(mode, WIDTH, options.toArray(EptOption[]::new));
  }

  /** NPT of a host with NXE, on an AMD processor. */
  static NptRole npt(PagingMode mode, NptOption... options) {
    CpuFeatures amd = new CpuFeatures(WIDTH, true, true);
    return NptRole.of(
        mode == PagingMode.TWO_LEVEL
            ? Role.of(mode, amd, Control.PSE)
            : Role.of(mode, amd, Control.NXE),
        options);
  }

  /** A guest with WP, and NXE where there is one. */
  static Role guest(PagingMode mode) {
    return switch (mode) {
      case NO_PAGING -> Role.of(mode, CpuFeatures.intel(WIDTH));
      case TWO_LEVEL -> Role.of(mode, CpuFeatures.intel(WIDTH), Control.WP, Control.PSE);
      case PAE, FOUR_LEVEL, FIVE_LEVEL ->
          Role.of(mode, CpuFeatures.intel(WIDTH), Control.WP, Control.NXE);
    };
  }

  /** Every format of stage 2. */
  static List<Stage2Role> stage2() {
    return List.of(
        ept(EptMode.EPT4),
        ept(EptMode.EPT4, EptOption.ACCESSED_DIRTY),
        ept(EptMode.EPT5, EptOption.ACCESSED_DIRTY),
        npt(PagingMode.TWO_LEVEL),
        npt(PagingMode.PAE),
        npt(PagingMode.FOUR_LEVEL),
        npt(PagingMode.FIVE_LEVEL));
  }

  /** Every guest over every format, with KVM's choices and with those of processors. */
  static List<NestedRole> all() {
    List<NestedRole> roles = new ArrayList<>();
    for (PagingMode mode : PagingMode.values()) {
      for (Stage2Role stage2 : stage2()) {
        roles.add(NestedRole.kvm(guest(mode), stage2));
        roles.add(NestedRole.processor(guest(mode), stage2));
      }
    }
    return roles;
  }
}
