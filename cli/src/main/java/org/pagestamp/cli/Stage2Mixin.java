package org.pagestamp.cli;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.pagestamp.guest.CpuOptions;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.Stage2Kind;
import org.pagestamp.guest.Stage2Spec;
import org.pagestamp.guest.UnderStage2;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.profile.Profile;
import org.pagestamp.stage2.Stage2Role;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the guest's addresses go through, if it is nested. */
final class Stage2Mixin {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--under",
      paramLabel = "KIND",
      description =
          "Put the guest under a stage 2 that is made up, its memory scattered over a host's: ept4,"
              + " ept5, ept4-no-ad, npt-2-level, npt-pae, npt-4-level or npt-5-level.")
  private Stage2Kind under;

  @Option(
      names = "--ept",
      paramLabel = "EPTP",
      converter = Numbers.NumberConverter.class,
      description =
          "The guest is nested, GUEST is memory of its host, and this is EPTP, which tells the"
              + " number of levels and whether there are accessed and dirty bits.")
  private Long eptp;

  @Option(
      names = "--npt",
      paramLabel = "NCR3",
      converter = Numbers.NumberConverter.class,
      description = "The same with NPT, and this is nCR3.")
  private Long ncr3;

  @Option(
      names = "--npt-mode",
      paramLabel = "MODE",
      description = "With --npt: the host's 2-level, pae, 4-level or 5-level (default: 4-level).")
  private PagingMode nptMode;

  @Option(
      names = "--stage2-options",
      paramLabel = "NAME",
      split = ",",
      description = {
        "With --ept: execute-only, two-meg-pages, one-gig-pages, mode-based-execute, advanced-info,"
            + " high-gpa-ignored (default: the first three).",
        "With --npt: nxe, pse, one-gig-pages, gmet, pdptes-unchecked, high-gpa-ignored (default:"
            + " nxe, in long mode one-gig-pages; in 2-level pse).",
        "none for none of them."
      })
  private List<String> options;

  @Option(
      names = "--host-maxphyaddr",
      paramLabel = "BITS",
      description = "With --ept or --npt: the host's MAXPHYADDR, 32 to 52 (default: the guest's).")
  private Integer hostMaxPhyAddr;

  @Option(
      names = "--kvm",
      description =
          "Tables of the guest are read as KVM reads them for the guests of its guests, and not as"
              + " processors do.")
  private boolean kvm;

  @Option(
      names = "--stage2-only",
      description = "Addresses are guest-physical: only stage 2 is walked.")
  private boolean only;

  /** Whether addresses are guest-physical. */
  boolean only() {
    return only;
  }

  /** The options of a CPU with what the command line says of stage 2. */
  CpuOptions addTo(CpuOptions cpu) {
    refuseTwo(cpu.profile());
    return spec().map(cpu::with).orElse(cpu);
  }

  private void refuseTwo(Optional<Profile> profile) {
    if (kvm && profile.isPresent()) {
      throw usage("--kvm and --profile exclude each other");
    }
  }

  private Optional<Stage2Spec> spec() {
    if (Stream.of(eptp, ncr3, under).filter(Objects::nonNull).count() > 1) {
      throw usage("--ept, --npt and --under exclude each other");
    }
    if (nptMode != null && ncr3 == null) {
      throw usage("--npt-mode goes with --npt only");
    }
    if ((options != null || hostMaxPhyAddr != null) && eptp == null && ncr3 == null) {
      throw usage("--stage2-options and --host-maxphyaddr go with --ept and --npt only");
    }
    OptionalInt width =
        hostMaxPhyAddr == null ? OptionalInt.empty() : OptionalInt.of(hostMaxPhyAddr);
    try {
      if (eptp != null) {
        return Optional.of(Stage2Spec.ept(eptp, names(Stage2Spec.USUAL_EPT), width));
      }
      if (ncr3 != null) {
        PagingMode mode = nptMode == null ? PagingMode.FOUR_LEVEL : nptMode;
        List<String> usual = Stage2Spec.usualNpt(mode);
        return Optional.of(Stage2Spec.npt(ncr3, mode, names(usual), width));
      }
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      throw usage("--stage2-options: " + e.getMessage());
    }
  }

  private List<String> names(List<String> usual) {
    if (options == null) {
      return usual;
    }
    return options.equals(List.of("none")) ? List.of() : options;
  }

  /**
   * The role of stage 2 that the options name; empty if they name none.
   *
   * @param maxPhyAddr MAXPHYADDR if no option tells it
   * @param profile whose it is to be
   * @throws IllegalArgumentException if the profile has no such stage 2
   */
  Optional<Stage2Role> role(int maxPhyAddr, Optional<Profile> profile) {
    refuseTwo(profile);
    Optional<Stage2Spec> named = spec();
    if (under == null && named.isEmpty()) {
      refuseAlone();
    }
    return under != null
        ? Optional.of(under.role(profile))
        : named.map(made -> made.role(maxPhyAddr, profile));
  }

  /** Refuses what means nothing without a stage 2. */
  private void refuseAlone() {
    if (only || kvm) {
      throw usage(
          (only ? "--stage2-only" : "--kvm")
              + " needs a nested guest: --under, --ept, --npt, or a capture that says so");
    }
  }

  /** How the guest's tables are read. */
  NestedRole nestedRole(Role guest, Stage2Role stage2, Optional<Profile> profile) {
    if (profile.isPresent()) {
      return profile.get().nested(guest, stage2);
    }
    return kvm ? NestedRole.kvm(guest, stage2) : NestedRole.processor(guest, stage2);
  }

  /** Puts the guest under what {@code --under} names; what comes out is to be closed. */
  Guest nest(Guest guest, Optional<Profile> profile) throws GuestFormatException {
    if (under == null) {
      if (guest.nesting().isEmpty()) {
        try {
          refuseAlone();
        } catch (ParameterException e) {
          guest.close();
          throw e;
        }
      }
      return guest;
    }
    try (guest) {
      return UnderStage2.of(guest, under, under.role(profile));
    } catch (IllegalArgumentException e) {
      throw usage("--under " + under + ": " + e.getMessage());
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
