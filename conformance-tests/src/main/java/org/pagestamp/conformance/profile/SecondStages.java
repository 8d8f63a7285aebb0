package org.pagestamp.conformance.profile;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.profile.Profile;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptOption;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;

/** The second stages that rows use. */
final class SecondStages {
  private SecondStages() {}

  static EptRole ept(EptMode mode, EptOption... options) {
    Set<EptOption> all = EnumSet.of(EptOption.TWO_MEG_PAGES);
    all.addAll(List.of(options));
    return new EptRole(mode, 52, all);
  }

  static NptRole npt(PagingMode host, NptOption... options) {
    return NptRole.of(Role.of(host, CpuFeatures.intel(52), Control.NXE), options);
  }

  /** The second stage that every profile has one of. */
  static Stage2Role eitherOf(Profile profile) {
    Stage2Role ept = ept(EptMode.EPT4);
    return profile.has(ept) ? ept : npt(PagingMode.FOUR_LEVEL);
  }
}
