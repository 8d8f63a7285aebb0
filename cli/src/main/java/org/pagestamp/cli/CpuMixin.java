package org.pagestamp.cli;

import java.util.OptionalInt;
import java.util.OptionalLong;
import org.pagestamp.guest.CpuOptions;
import picocli.CommandLine.Option;

/** What the files of a guest do not tell of its CPU. */
final class CpuMixin {
  @Option(
      names = "--efer",
      paramLabel = "VALUE",
      converter = Numbers.NumberConverter.class,
      description = "EFER, instead of the value found or assumed.")
  private Long efer;

  @Option(
      names = "--maxphyaddr",
      paramLabel = "BITS",
      description = "MAXPHYADDR, 32 to 52, instead of the value found or assumed.")
  private Integer maxPhyAddr;

  @Option(names = "--no-1g", description = "The CPU has no 1-GiB pages.")
  private boolean noOneGig;

  @Option(names = "--amd", description = "Bit 8 of upper entries is reserved, as on AMD CPUs.")
  private boolean amd;

  @Option(
      names = "--vcpu",
      paramLabel = "N",
      defaultValue = "0",
      description = "Virtual CPU of an ELF core, from 0.")
  private int vcpu;

  CpuOptions options() {
    return new CpuOptions(
        efer == null ? OptionalLong.empty() : OptionalLong.of(efer),
        maxPhyAddr == null ? OptionalInt.empty() : OptionalInt.of(maxPhyAddr),
        !noOneGig,
        amd,
        vcpu);
  }
}
