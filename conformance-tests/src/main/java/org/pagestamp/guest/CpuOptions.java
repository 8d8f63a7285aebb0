package org.pagestamp.guest;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.pagestamp.profile.Profile;

/**
 * What the user knows of a guest's CPU better than its files do.
 *
 * @param efer EFER, instead of the one found or assumed
 * @param maxPhyAddr MAXPHYADDR, 32 to 52, instead of the one found or assumed
 * @param oneGigPages whether the CPU has 1-GiB pages, which no file tells
 * @param amd whether bit 8 of upper entries is reserved, as on AMD processors
 * @param vcpu which virtual CPU of an ELF core, counted from 0
 * @param stage2 what the guest's addresses go through, instead of what the files say
 * @param profile whose walk its roles are to make; without one, roles have the default choices
 */
public record CpuOptions(
    OptionalLong efer,
    OptionalInt maxPhyAddr,
    boolean oneGigPages,
    boolean amd,
    int vcpu,
    Optional<Stage2Spec> stage2,
    Optional<Profile> profile) {
  /** What the files say; an Intel CPU with 1-GiB pages; the first virtual CPU. */
  public static final CpuOptions NONE =
      new CpuOptions(OptionalLong.empty(), OptionalInt.empty(), true, false, 0);

  /** Without a word on stage 2, and without a profile. */
  public CpuOptions(
      OptionalLong efer, OptionalInt maxPhyAddr, boolean oneGigPages, boolean amd, int vcpu) {
    this(efer, maxPhyAddr, oneGigPages, amd, vcpu, Optional.empty(), Optional.empty());
  }

  /** The same, with another stage 2. */
  public CpuOptions with(Stage2Spec spec) {
    return new CpuOptions(efer, maxPhyAddr, oneGigPages, amd, vcpu, Optional.of(spec), profile);
  }

  /** The same, with another profile or none. */
  public CpuOptions with(Optional<Profile> other) {
    return new CpuOptions(efer, maxPhyAddr, oneGigPages, amd, vcpu, stage2, other);
  }
}
