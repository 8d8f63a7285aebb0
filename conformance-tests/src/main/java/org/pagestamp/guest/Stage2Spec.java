package org.pagestamp.guest;

import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.profile.Profile;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptOption;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;

/** What a guest's addresses go through before they are addresses in the slots. */
public sealed interface Stage2Spec {
  /** Options of EPT that processors have for long. */
  List<String> USUAL_EPT = List.of("execute-only", "two-meg-pages", "one-gig-pages");

  /** Options that EPTP tells, and those of a log, which a specification does not have. */
  Set<EptOption> NOT_BY_NAME =
      Set.copyOf(
          EnumSet.of(
              EptOption.ACCESSED_DIRTY,
              EptOption.PAGE_MODIFICATION_LOGGING,
              EptOption.PML_CHECKED_FOR_ANY_BIT,
              EptOption.PML_ALWAYS_CHECKED));

  /** Options of NPT that hosts in a paging mode have for long. */
  static List<String> usualNpt(PagingMode mode) {
    return switch (mode) {
      case NO_PAGING -> List.of();
      case TWO_LEVEL -> List.of("pse");
      case PAE -> List.of("nxe");
      case FOUR_LEVEL, FIVE_LEVEL -> List.of("nxe", "one-gig-pages");
    };
  }

  /** EPTP or nCR3. */
  long root();

  /**
   * The role.
   *
   * @param maxPhyAddr MAXPHYADDR of the host if the specification has none, 32 to 52
   * @throws IllegalArgumentException if no processor accepts the parts together
   */
  Stage2Role role(int maxPhyAddr);

  /**
   * The role as a profile has it; without one, {@link #role(int)}.
   *
   * @throws IllegalArgumentException also if the profile has no such stage 2
   */
  Stage2Role role(int maxPhyAddr, Optional<Profile> profile);

  /**
   * EPT by the names of its options: those of {@link EptOption} in lower case and with hyphens,
   * without accessed-dirty, which EPTP tells, and those of a page-modification log.
   *
   * @throws IllegalArgumentException if there is no option of a name
   */
  static Stage2Spec ept(long eptp, Collection<String> names, OptionalInt maxPhyAddr) {
    OptionNames left = new OptionNames(names);
    Set<EptOption> options =
        left.take(EptOption.class, EnumSet.complementOf(EnumSet.copyOf(NOT_BY_NAME)));
    left.refuseOthers("EPT");
    return new Ept(eptp, options, maxPhyAddr);
  }

  /**
   * NPT by the names of its options: nxe, pse and one-gig-pages of the host, and those of {@link
   * NptOption} in lower case and with hyphens.
   *
   * @throws IllegalArgumentException if there is no option of a name
   */
  static Stage2Spec npt(
      long ncr3, PagingMode mode, Collection<String> names, OptionalInt maxPhyAddr) {
    OptionNames left = new OptionNames(names);
    boolean nxe = left.take("nxe");
    boolean pse = left.take("pse");
    boolean oneGigPages = left.take("one-gig-pages");
    Set<NptOption> options = left.take(NptOption.class, EnumSet.allOf(NptOption.class));
    left.refuseOthers("NPT");
    return new Npt(ncr3, mode, nxe, pse, oneGigPages, options, maxPhyAddr);
  }

  /**
   * EPT.
   *
   * @param eptp EPTP, whose bits tell the number of levels and whether there are A and D
   * @param options what is on beside A and D
   * @param maxPhyAddr MAXPHYADDR of the host, if it is known
   */
  record Ept(long eptp, Set<EptOption> options, OptionalInt maxPhyAddr) implements Stage2Spec {
    /** Copies the set. */
    public Ept {
      options = Set.copyOf(options);
    }

    @Override
    public long root() {
      return eptp;
    }

    @Override
    public Stage2Role role(int width) {
      return EptRole.ofEptp(eptp, maxPhyAddr.orElse(width), options);
    }

    @Override
    public Stage2Role role(int width, Optional<Profile> profile) {
      return profile.isPresent() ? profile.get().stage2(role(width)) : role(width);
    }
  }

  /**
   * NPT.
   *
   * @param ncr3 nCR3
   * @param mode the host's paging mode
   * @param nxe the host's EFER.NXE
   * @param pse the host's CR4.PSE
   * @param oneGigPages whether the host has 1-GiB pages
   * @param options what is on
   * @param maxPhyAddr MAXPHYADDR of the host, if it is known
   */
  record Npt(
      long ncr3,
      PagingMode mode,
      boolean nxe,
      boolean pse,
      boolean oneGigPages,
      Set<NptOption> options,
      OptionalInt maxPhyAddr)
      implements Stage2Spec {
    /** Copies the set. */
    public Npt {
      options = Set.copyOf(options);
    }

    @Override
    public long root() {
      return ncr3;
    }

    @Override
    public Stage2Role role(int width) {
      return new NptRole(Role.of(mode, cpu(width), controls()), options);
    }

    /** The host's role is made with the profile's choices at once: its width may depend on them. */
    @Override
    public Stage2Role role(int width, Optional<Profile> profile) {
      return profile.isPresent()
          ? profile
              .get()
              .stage2(new NptRole(profile.get().role(mode, cpu(width), controls()), options))
          : role(width);
    }

    private CpuFeatures cpu(int width) {
      return new CpuFeatures(maxPhyAddr.orElse(width), oneGigPages, true);
    }

    private Control[] controls() {
      Set<Control> controls = EnumSet.noneOf(Control.class);
      if (nxe) {
        controls.add(Control.NXE);
      }
      if (pse) {
        controls.add(Control.PSE);
      }
      return controls.toArray(Control[]::new);
    }
  }
}
