package org.pagestamp.stage2;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.pagestamp.mode.CpuFeatures;

/**
 * EPT as one processor and one EPTP have it.
 *
 * @param mode the number of levels
 * @param maxPhyAddr MAXPHYADDR in bits, 32 to 52
 * @param options what is on and has an effect; unmodifiable
 */
public record EptRole(EptMode mode, int maxPhyAddr, Set<EptOption> options) implements Stage2Role {
  /** EPTP bits 2:0, the memory type of the tables. */
  private static final long EPTP_TYPE = 7;

  private static final int EPTP_LEVELS_SHIFT = 3;
  private static final long EPTP_AD = 1L << 6;
  private static final long EPTP_RESERVED = 0xF80;
  private static final long UNCACHEABLE = 0;
  private static final long WRITE_BACK = 6;

  /**
   * Checks the width and copies the set, without options that have no effect beside the others.
   *
   * @throws IllegalArgumentException if {@code maxPhyAddr} is not 32 to 52
   */
  public EptRole {
    CpuFeatures.requireWidth(maxPhyAddr);
    Set<EptOption> copy = EnumSet.noneOf(EptOption.class);
    copy.addAll(options);
    dropIdle(copy);
    options = Collections.unmodifiableSet(copy);
  }

  /** Options without effect beside the others, so that roles are equal if they walk alike. */
  private static void dropIdle(Set<EptOption> options) {
    if (!options.contains(EptOption.ACCESSED_DIRTY)) {
      options.remove(EptOption.PAGE_MODIFICATION_LOGGING);
    }
    if (!options.contains(EptOption.PAGE_MODIFICATION_LOGGING)) {
      options.remove(EptOption.PML_ALWAYS_CHECKED);
    }
    if (!options.contains(EptOption.PAGE_MODIFICATION_LOGGING)
        || options.contains(EptOption.PML_ALWAYS_CHECKED)) {
      options.remove(EptOption.PML_CHECKED_FOR_ANY_BIT);
    }
  }

  /** A role named by its parts; every option that is not named is off. */
  public static EptRole of(EptMode mode, int maxPhyAddr, EptOption... options) {
    return new EptRole(mode, maxPhyAddr, Set.copyOf(Arrays.asList(options)));
  }

  /**
   * The role that an EPTP makes on a processor: the number of levels from bits 5:3, accessed and
   * dirty bits from bit 6.
   *
   * @param eptp EPTP; its frame is left to {@link Stage2State#root(long)}
   * @param maxPhyAddr MAXPHYADDR in bits, 32 to 52
   * @param options what is on beside {@link EptOption#ACCESSED_DIRTY}
   * @throws IllegalArgumentException if VM entry would refuse the EPTP: a memory type other than 0
   *     and 6, a number of levels other than 4 and 5, a reserved bit (KVM's {@code
   *     nested_vmx_check_eptp}; Intel SDM vol. 3, section 26.2.1.1)
   */
  public static EptRole ofEptp(long eptp, int maxPhyAddr, Set<EptOption> options) {
    long type = eptp & EPTP_TYPE;
    refuseIf(type != UNCACHEABLE && type != WRITE_BACK, eptp, "memory type " + type);
    int levels = (int) (eptp >>> EPTP_LEVELS_SHIFT & 7) + 1;
    refuseIf(levels != 4 && levels != 5, eptp, levels + " levels");
    boolean reserved = (eptp & (EPTP_RESERVED | -1L << maxPhyAddr)) != 0;
    refuseIf(reserved, eptp, "a reserved bit");
    Set<EptOption> all = EnumSet.noneOf(EptOption.class);
    all.addAll(options);
    all.remove(EptOption.ACCESSED_DIRTY);
    if ((eptp & EPTP_AD) != 0) {
      all.add(EptOption.ACCESSED_DIRTY);
    }
    return new EptRole(levels == 4 ? EptMode.EPT4 : EptMode.EPT5, maxPhyAddr, all);
  }

  private static void refuseIf(boolean illegal, long eptp, String what) {
    if (illegal) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "EPTP 0x%x has %s", eptp, what));
    }
  }

  /** Whether an option is on. */
  public boolean has(EptOption option) {
    return options.contains(option);
  }

  @Override
  public Stage2Format format() {
    return EptTables.format(this);
  }

  /** For example {@code ept4 accessed_dirty execute_only maxphyaddr=46}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(mode.label());
    for (EptOption option : options) {
      text.append(' ').append(option.name().toLowerCase(Locale.ROOT));
    }
    return text.append(" maxphyaddr=").append(maxPhyAddr).toString();
  }
}
