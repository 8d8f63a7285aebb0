package org.pagestamp.cli;

import java.util.OptionalLong;
import org.pagestamp.guest.CpuOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the files of a guest do not tell of its CPU. */
final class CpuMixin {
  @Option(
      names = "--efer",
      paramLabel = "VALUE",
      converter = Numbers.NumberConverter.class,
      description = "EFER, instead of the value found or assumed.")
  private Long efer;

  @Mixin private FeaturesMixin features;

  @Option(
      names = "--vcpu",
      paramLabel = "N",
      defaultValue = "0",
      description = "Virtual CPU of an ELF core, from 0.")
  private int vcpu;

  CpuOptions options() {
    return new CpuOptions(
            efer == null ? OptionalLong.empty() : OptionalLong.of(efer),
            features.maxPhyAddr(),
            features.oneGigPages(),
            features.amd(),
            vcpu)
        .with(features.profile());
  }
}
