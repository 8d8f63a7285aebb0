package org.pagestamp.stage2;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.pagestamp.choice.Choices;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

/**
 * NPT as one host has it: the format is that of the host's own paging when it runs its guest.
 *
 * <p>Of the host's controls PSE and NXE count. WP is irrelevant, as every nested access is a
 * user's; SMEP, SMAP and keys take no part (KVM's {@code kvm_init_shadow_npt_mmu}); so a role never
 * contains them, and equal roles walk alike. Of the host's choices those on the format count.
 *
 * @param host the host's paging mode, PSE, NXE, features, and choices on the format
 * @param options what is on; unmodifiable
 */
public record NptRole(Role host, Set<NptOption> options) implements Stage2Role {
  private static final Set<Control> RELEVANT = Set.of(Control.PSE, Control.NXE);

  /**
   * Drops the controls that take no part, and copies the set.
   *
   * @throws IllegalArgumentException if the host's paging is off: VMRUN with nested paging needs it
   *     (AMD APM vol. 2, section 15.25.3)
   */
  public NptRole {
    Objects.requireNonNull(host, "host");
    if (host.mode() == PagingMode.NO_PAGING) {
      throw new IllegalArgumentException("nested paging needs a host with paging on");
    }
    Control[] controls =
        host.controls().stream().filter(RELEVANT::contains).toArray(Control[]::new);
    CpuFeatures cpu = new CpuFeatures(host.maxPhyAddr(), host.oneGigPages(), host.amd());
    host = Role.of(host.mode(), cpu, formatOf(host.choices()), controls);
    Set<NptOption> copy = EnumSet.noneOf(NptOption.class);
    copy.addAll(options);
    options = Collections.unmodifiableSet(copy);
  }

  /** Of a host's choices those on the format of its tables. */
  private static Choices formatOf(Choices host) {
    return Choices.of(host.pse36(), host.oneGig(), host.pdptes());
  }

  /** A role named by its parts; every option that is not named is off. */
  public static NptRole of(Role host, NptOption... options) {
    return new NptRole(host, Set.copyOf(Arrays.asList(options)));
  }

  /** Whether an option is on. */
  public boolean has(NptOption option) {
    return options.contains(option);
  }

  @Override
  public Stage2Format format() {
    return NptTables.format(this);
  }

  /** For example {@code npt 4-level nxe maxphyaddr=48 1g amd gmet}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("npt ").append(host);
    for (NptOption option : options) {
      text.append(' ').append(option.name().toLowerCase(Locale.ROOT));
    }
    return text.toString();
  }
}
