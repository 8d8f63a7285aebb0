package org.pagestamp.cli;

import java.util.Optional;
import java.util.OptionalInt;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.profile.Profile;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What of a CPU decides on the bits of entries, and whose walk is made. */
final class FeaturesMixin {
  /** MAXPHYADDR where there is no guest. */
  static final int USUAL_MAXPHYADDR = 46;

  private static final CpuFeatures EITHER = new CpuFeatures(USUAL_MAXPHYADDR, true, true);

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--maxphyaddr",
      paramLabel = "BITS",
      description =
          "MAXPHYADDR, 32 to 52 (default: as found or assumed of the guest; without one, "
              + USUAL_MAXPHYADDR
              + ").")
  private Integer maxPhyAddr;

  @Option(names = "--no-1g", description = "The CPU has no 1-GiB pages.")
  private boolean noOneGig;

  @Option(names = "--amd", description = "Bit 8 of upper entries is reserved, as on AMD CPUs.")
  private boolean amd;

  @Option(
      names = "--profile",
      paramLabel = "NAME",
      description = {
        "Walk as kvm, intel, amd, qemu or bochs does, in both dimensions where there are two."
            + " 'pagestamp profiles' tells the differences.",
        "Without it: as KVM, but that fetches are reported as the manual has it."
      })
  private Profile profile;

  OptionalInt maxPhyAddr() {
    return maxPhyAddr == null ? OptionalInt.empty() : OptionalInt.of(maxPhyAddr);
  }

  boolean oneGigPages() {
    return !noOneGig;
  }

  boolean amd() {
    if (amd && profile != null && !profile.cpu(EITHER).amd()) {
      throw new ParameterException(
          spec.commandLine(), "--amd: profile " + profile.label() + " has bit 8 ignored");
    }
    return amd;
  }

  Optional<Profile> profile() {
    return Optional.ofNullable(profile);
  }
}
