package org.pagestamp.profile;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.pagestamp.choice.Choices;
import org.pagestamp.choice.EntryStore;
import org.pagestamp.choice.FetchReport;
import org.pagestamp.choice.HoleContent;
import org.pagestamp.choice.ImplicitSmap;
import org.pagestamp.choice.KeyCheck;
import org.pagestamp.choice.OneGigCheck;
import org.pagestamp.choice.PdpteSource;
import org.pagestamp.choice.Pse36;
import org.pagestamp.choice.ReadOnlyTables;
import org.pagestamp.choice.ReservedReport;
import org.pagestamp.choice.UpdateTiming;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedOption;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.PdpteAccess;
import org.pagestamp.nested.TableAccess;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptOption;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.vcpu.MmuBuilder;
import org.pagestamp.vcpu.PagingFeature;

/**
 * Whose walk to make: the choices on which KVM, processors and emulators differ, as one argument.
 *
 * <p>A profile makes roles; a walker of such a role walks as its namesake does, as far as the
 * choices go. {@code ./pagestamp profiles} shows the differences.
 */
public enum Profile {
  /** KVM's software walker, {@code paging_tmpl.h}. */
  KVM(Choices.of(FetchReport.NXE_SUFFICES)),
  /**
   * Intel's processors. In one dimension the host below is one that maps read-only slots by EPT
   * without accessed and dirty bits: an exit where a bit is to be set in one. In two dimensions it
   * is as {@link #nested} has it.
   */
  INTEL(Choices.of(Pse36.BY_MAXPHYADDR, HoleContent.ALL_ONES, ReadOnlyTables.FAULT_IF_NEEDED)),
  /** AMD's processors. A host below maps read-only slots by NPT: an exit for each table in one. */
  AMD(Choices.of(Pse36.BY_MAXPHYADDR, HoleContent.ALL_ONES, ReadOnlyTables.FAULT_ALWAYS)),
  /** QEMU's TCG, {@code mmu_translate}. */
  QEMU(
      Choices.of(
          Pse36.BITS_40,
          PdpteSource.MEMORY,
          OneGigCheck.ALWAYS,
          ReservedReport.WITHOUT_P,
          UpdateTiming.EAGER,
          ReadOnlyTables.DISCARD,
          EntryStore.COMPARE_LOW_HALF,
          KeyCheck.AFTER_USER_CHECK,
          HoleContent.ZERO,
          ImplicitSmap.AC_BELOW_CPL3)),
  /** Bochs, {@code cpu/paging.cc}. */
  BOCHS(
      Choices.of(
          Pse36.BITS_40,
          UpdateTiming.BEFORE_STAGE2,
          ReadOnlyTables.DISCARD,
          EntryStore.PLAIN,
          KeyCheck.BEFORE_LEAF_RIGHTS,
          HoleContent.ALL_ONES,
          ImplicitSmap.AC));

  @SuppressWarnings("ImmutableEnumChecker") // a record of enums
  private final Choices choices;

  Profile(Choices choices) {
    this.choices = choices;
  }

  /**
   * The profile with this {@link #label()}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Profile ofLabel(String label) {
    for (Profile profile : values()) {
      if (profile.label().equals(label)) {
        return profile;
      }
    }
    String known = Arrays.stream(values()).map(Profile::label).collect(Collectors.joining(", "));
    throw new IllegalArgumentException("unknown profile '" + label + "': use one of " + known);
  }

  /** The name in texts: kvm, intel, amd, qemu, bochs. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What is chosen in one dimension, and for the guest's own tables in two. */
  public Choices choices() {
    return choices;
  }

  /**
   * A processor as the profile has it: bit 8 of PML4E and PML5E is reserved for AMD, ignored for
   * Intel, QEMU and Bochs, and for KVM as {@code cpu} says.
   */
  public CpuFeatures cpu(CpuFeatures cpu) {
    return switch (this) {
      case KVM -> cpu;
      case AMD -> new CpuFeatures(cpu.maxPhyAddr(), cpu.oneGigPages(), true);
      case INTEL, QEMU, BOCHS -> new CpuFeatures(cpu.maxPhyAddr(), cpu.oneGigPages(), false);
    };
  }

  /** The features of a virtual CPU that the profile knows. KVM and QEMU lack some. */
  public Set<PagingFeature> features() {
    Set<PagingFeature> features = EnumSet.allOf(PagingFeature.class);
    switch (this) {
      case KVM -> features.removeAll(EnumSet.of(PagingFeature.PKS, PagingFeature.LASS));
      case QEMU -> features.removeAll(EnumSet.of(PagingFeature.LAM, PagingFeature.LASS));
      case BOCHS -> features.remove(PagingFeature.LAM);
      case INTEL, AMD -> {}
    }
    return features;
  }

  /**
   * The role of a CPU with these register values. What the profile does not know, PKS in KVM, is
   * dropped.
   *
   * @throws IllegalArgumentException if the values cannot occur together on a CPU
   */
  public Role role(long cr0, long cr4, long efer, CpuFeatures cpu) {
    long known = features().contains(PagingFeature.PKS) ? cr4 : cr4 & ~ControlBits.CR4_PKS;
    return Role.fromRegisters(cr0, known, efer, cpu(cpu), choices);
  }

  /**
   * A role named by its parts.
   *
   * @param controls the control bits that are set; every other is clear
   * @throws IllegalArgumentException if a control has no effect in {@code mode}, or the profile
   *     does not know it: PKS in KVM
   */
  public Role role(PagingMode mode, CpuFeatures cpu, Control... controls) {
    if (Arrays.asList(controls).contains(Control.PKS) && !features().contains(PagingFeature.PKS)) {
      throw new IllegalArgumentException("profile " + label() + " has no PKS");
    }
    return Role.of(mode, cpu(cpu), choices, controls);
  }

  /**
   * Makes a virtual CPU the profile's: its choices, its processor and its features.
   *
   * @return {@code builder}
   */
  public MmuBuilder apply(MmuBuilder builder, CpuFeatures cpu) {
    Set<PagingFeature> missing = EnumSet.complementOf(EnumSet.copyOf(features()));
    return builder.cpu(cpu(cpu)).choices(choices).without(missing.toArray(PagingFeature[]::new));
  }

  /** Whether the profile has such a stage 2 at all: see {@link #nested}. */
  public boolean has(Stage2Role stage2) {
    return switch (stage2) {
      case EptRole ept ->
          this == KVM || this == INTEL || (this == BOCHS && ept.mode() == EptMode.EPT4);
      case NptRole npt -> this != INTEL;
    };
  }

  /**
   * Stage 2 as the profile has it: options that are choices are the profile's, the others as they
   * are.
   *
   * @throws IllegalArgumentException if the profile has none of the kind: Intel no NPT, AMD and
   *     QEMU no EPT, Bochs none of five levels
   */
  public Stage2Role stage2(Stage2Role stage2) {
    if (!has(stage2)) {
      throw new IllegalArgumentException(
          String.format(
              "profile %s has no %s: use %s, or another profile", label(), kind(stage2), kinds()));
    }
    return switch (stage2) {
      case EptRole ept -> ept(ept);
      case NptRole npt -> npt(npt);
    };
  }

  private static String kind(Stage2Role stage2) {
    return switch (stage2) {
      case EptRole ept -> ept.mode().label();
      case NptRole _ -> "npt";
    };
  }

  /** The kinds of {@link #has} in words. */
  private String kinds() {
    return switch (this) {
      case KVM -> "ept4, ept5 or npt";
      case INTEL -> "ept4 or ept5";
      case AMD, QEMU -> "npt";
      case BOCHS -> "ept4 or npt";
    };
  }

  private EptRole ept(EptRole role) {
    Set<EptOption> options = EnumSet.noneOf(EptOption.class);
    options.addAll(role.options());
    put(options, EptOption.HIGH_GPA_IGNORED, this != INTEL);
    put(options, EptOption.USER_EXECUTE_UNCHECKED, this == KVM);
    put(options, EptOption.EXECUTE_ONLY, this == BOCHS || role.has(EptOption.EXECUTE_ONLY));
    put(options, EptOption.PML_CHECKED_FOR_ANY_BIT, this == INTEL);
    put(options, EptOption.PML_ALWAYS_CHECKED, this == BOCHS);
    put(options, EptOption.ADVANCED_INFO, this != KVM && role.has(EptOption.ADVANCED_INFO));
    return new EptRole(role.mode(), role.maxPhyAddr(), options);
  }

  private NptRole npt(NptRole role) {
    Set<NptOption> options = EnumSet.noneOf(NptOption.class);
    options.addAll(role.options());
    put(options, NptOption.HIGH_GPA_IGNORED, this != AMD);
    put(options, NptOption.PDPTES_UNCHECKED, this == KVM);
    boolean hostSmep = role.has(NptOption.FETCH_REPORTED);
    put(options, NptOption.FETCH_REPORTED, this == BOCHS || (this == AMD && hostSmep));
    return new NptRole(host(role.host()), options);
  }

  private Role host(Role host) {
    return remade(host, cpu(cpuOf(host)), choices);
  }

  private static CpuFeatures cpuOf(Role role) {
    return new CpuFeatures(role.maxPhyAddr(), role.oneGigPages(), role.amd());
  }

  private static Role remade(Role role, CpuFeatures cpu, Choices choices) {
    return Role.of(role.mode(), cpu, choices, role.controls().toArray(Control[]::new));
  }

  private static <T> void put(Set<T> options, T option, boolean on) {
    if (on) {
      options.add(option);
    } else {
      options.remove(option);
    }
  }

  /**
   * A walk in two dimensions as the profile makes it.
   *
   * <p>On a processor of Intel's one EPT is in effect while the nested guest runs, made of the
   * host's and of the one below it, with one bit 6 of EPTP. So where {@code stage2} has accessed
   * and dirty bits, every use of a table of the guest is a write (SDM vol. 3, section 28.3.5), and
   * a read-only slot of the host below is an exit whether a bit is to be set or not.
   *
   * @param guest the guest's own paging, of this profile
   * @throws IllegalArgumentException as {@link #stage2} does
   */
  public NestedRole nested(Role guest, Stage2Role stage2) {
    Stage2Role mine = stage2(stage2);
    return switch (this) {
      case KVM -> NestedRole.kvm(guest, mine).with(NestedOption.values());
      case INTEL -> NestedRole.processor(ofIntel(guest, mine), mine);
      case AMD -> NestedRole.processor(guest, mine);
      case QEMU -> new NestedRole(guest, mine, TableAccess.WRITE, PdpteAccess.IN_WALK);
      case BOCHS ->
          mine instanceof EptRole ept
              ? new NestedRole(guest, mine, ofBochs(ept), PdpteAccess.LOADED_BY_READ)
              : new NestedRole(guest, mine, TableAccess.WRITE, PdpteAccess.IN_WALK);
    };
  }

  private static Role ofIntel(Role guest, Stage2Role stage2) {
    boolean writes = stage2 instanceof EptRole ept && ept.has(EptOption.ACCESSED_DIRTY);
    return writes && guest.choices().readOnly() == ReadOnlyTables.FAULT_IF_NEEDED
        ? remade(guest, cpuOf(guest), guest.choices().with(ReadOnlyTables.FAULT_ALWAYS))
        : guest;
  }

  private static TableAccess ofBochs(EptRole ept) {
    return ept.has(EptOption.ACCESSED_DIRTY) ? TableAccess.WRITE : TableAccess.READ;
  }
}
