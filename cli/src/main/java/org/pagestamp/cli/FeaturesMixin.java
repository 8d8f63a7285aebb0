package org.pagestamp.cli;

import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** What of a CPU decides on the bits of entries. */
final class FeaturesMixin {
  /** MAXPHYADDR where there is no guest. */
  static final int USUAL_MAXPHYADDR = 46;

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

  OptionalInt maxPhyAddr() {
    return maxPhyAddr == null ? OptionalInt.empty() : OptionalInt.of(maxPhyAddr);
  }

  boolean oneGigPages() {
    return !noOneGig;
  }

  boolean amd() {
    return amd;
  }
}
