package org.pagestamp.mode;

import static org.pagestamp.mode.ControlBits.CR0_PE;
import static org.pagestamp.mode.ControlBits.CR0_PG;
import static org.pagestamp.mode.ControlBits.CR0_WP;
import static org.pagestamp.mode.ControlBits.CR4_LA57;
import static org.pagestamp.mode.ControlBits.CR4_PAE;
import static org.pagestamp.mode.ControlBits.CR4_PKE;
import static org.pagestamp.mode.ControlBits.CR4_PKS;
import static org.pagestamp.mode.ControlBits.CR4_PSE;
import static org.pagestamp.mode.ControlBits.CR4_SMAP;
import static org.pagestamp.mode.ControlBits.CR4_SMEP;
import static org.pagestamp.mode.ControlBits.EFER_LMA;
import static org.pagestamp.mode.ControlBits.EFER_LME;
import static org.pagestamp.mode.ControlBits.EFER_NXE;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.pagestamp.choice.Choices;
import org.pagestamp.choice.FetchReport;
import org.pagestamp.choice.OneGigCheck;
import org.pagestamp.choice.PdpteSource;
import org.pagestamp.choice.Pse36;

/**
 * The immutable part of a paging configuration: the mode, the control bits that change what a walk
 * does in that mode, the CPU's features, and what is chosen where walkers differ. A walker is made
 * for one role.
 *
 * <p>The counterpart of KVM's {@code kvm_cpu_role}. What may differ from walk to walk is not in it:
 * CR3, PDPTEs, PKRU and PKRS are in the vCPU's state, privilege and EFLAGS.AC in each access.
 *
 * <p>Two roles are equal if and only if they walk alike, so bits without effect in the mode are
 * never part of one. Instances are immutable and safe for use by several threads.
 */
public final class Role {
  private final PagingMode mode;
  private final Set<Control> controls;
  private final CpuFeatures cpu;
  private final Choices choices;
  private final boolean wp;
  private final boolean pse;
  private final boolean nxe;
  private final boolean smep;
  private final boolean smap;
  private final boolean pke;
  private final boolean pks;

  /** All but the mode, as walkers are looked up by their role at each change of CR0.WP. */
  private final int number;

  private Role(PagingMode mode, Set<Control> controls, CpuFeatures cpu, Choices choices) {
    this.mode = mode;
    if (mode == PagingMode.TWO_LEVEL && controls.contains(Control.SMEP)) {
      controls.remove(Control.NXE); // fetches are reported without it
    }
    this.controls = Collections.unmodifiableSet(controls);
    this.choices = RelevantChoices.of(choices, mode, controls);
    this.cpu = normalized(mode, cpu, this.choices);
    this.wp = controls.contains(Control.WP);
    this.pse = controls.contains(Control.PSE);
    this.nxe = controls.contains(Control.NXE) && mode != PagingMode.TWO_LEVEL;
    this.smep = controls.contains(Control.SMEP);
    this.smap = controls.contains(Control.SMAP);
    this.pke = controls.contains(Control.PKE);
    this.pks = controls.contains(Control.PKS);
    this.number = number();
  }

  /** What a role has beside its mode. */
  private int number() {
    return bit(wp, 0)
        | bit(pse, 1)
        | bit(nxe, 2)
        | bit(smep, 3)
        | bit(smap, 4)
        | bit(pke, 5)
        | bit(pks, 6)
        | bit(cpu.oneGigPages(), 7)
        | bit(cpu.amd(), 8)
        | bit(reportsFetch(), 9)
        | cpu.maxPhyAddr() << 10;
  }

  private static int bit(boolean set, int position) {
    return set ? 1 << position : 0;
  }

  /**
   * A role named by its parts, with {@link Choices#DEFAULT}.
   *
   * @param controls the control bits that are set; every other is clear
   * @throws IllegalArgumentException if a control has no effect in {@code mode}, such as PKE
   *     outside long mode or PSE outside 2-level paging
   */
  public static Role of(PagingMode mode, CpuFeatures cpu, Control... controls) {
    return of(mode, cpu, Choices.DEFAULT, controls);
  }

  /**
   * A role named by its parts.
   *
   * @param choices what is chosen where walkers differ; those without effect are dropped
   * @param controls the control bits that are set; every other is clear
   * @throws IllegalArgumentException if a control has no effect in {@code mode}
   */
  public static Role of(PagingMode mode, CpuFeatures cpu, Choices choices, Control... controls) {
    Set<Control> set = EnumSet.noneOf(Control.class);
    set.addAll(Arrays.asList(controls));
    Set<Control> relevant = Control.relevantIn(mode, choices);
    for (Control control : set) {
      if (!relevant.contains(control)) {
        throw new IllegalArgumentException(
            control + " has no effect in " + mode.label() + " paging, which knows " + relevant);
      }
    }
    return new Role(mode, set, cpu, choices);
  }

  /**
   * The role of a CPU with these register values, with {@link Choices#DEFAULT}.
   *
   * @throws IllegalArgumentException if the values cannot occur together on a CPU
   */
  public static Role fromRegisters(long cr0, long cr4, long efer, CpuFeatures cpu) {
    return fromRegisters(cr0, cr4, efer, cpu, Choices.DEFAULT);
  }

  /**
   * The role of a CPU with these register values. Bits that have no effect in the resulting mode
   * (PSE outside 2-level paging, PKE, PKS and LA57 outside long mode, NXE in 2-level paging) are
   * dropped, as KVM's {@code kvm_calc_cpu_role} does.
   *
   * @param choices what is chosen where walkers differ; those without effect are dropped
   * @throws IllegalArgumentException if the values cannot occur together on a CPU
   */
  public static Role fromRegisters(
      long cr0, long cr4, long efer, CpuFeatures cpu, Choices choices) {
    PagingMode mode = modeOf(cr0, cr4, efer);
    Set<Control> set = EnumSet.noneOf(Control.class);
    addIf(set, Control.WP, cr0 & CR0_WP);
    addIf(set, Control.PSE, cr4 & CR4_PSE);
    addIf(set, Control.NXE, efer & EFER_NXE);
    addIf(set, Control.SMEP, cr4 & CR4_SMEP);
    addIf(set, Control.SMAP, cr4 & CR4_SMAP);
    addIf(set, Control.PKE, cr4 & CR4_PKE);
    addIf(set, Control.PKS, cr4 & CR4_PKS);
    set.retainAll(Control.relevantIn(mode, choices));
    return new Role(mode, set, cpu, choices);
  }

  private static void addIf(Set<Control> set, Control control, long bit) {
    if (bit != 0) {
      set.add(control);
    }
  }

  /** Intel SDM vol. 3, section 4.1.1. */
  private static PagingMode modeOf(long cr0, long cr4, long efer) {
    boolean lma = (efer & EFER_LMA) != 0;
    boolean lme = (efer & EFER_LME) != 0;
    if ((cr0 & CR0_PG) == 0) {
      refuseIf(lma, "EFER.LMA is set while CR0.PG is clear: the CPU sets LMA only with paging on");
      return PagingMode.NO_PAGING;
    }
    refuseIf((cr0 & CR0_PE) == 0, "CR0.PG is set while CR0.PE is clear: paging needs protection");
    refuseIf(lma && !lme, "EFER.LMA is set while EFER.LME is clear");
    refuseIf(
        lme && !lma, "EFER.LME and CR0.PG are set while EFER.LMA is clear: the CPU would set LMA");
    if ((cr4 & CR4_PAE) == 0) {
      refuseIf(lma, "EFER.LMA is set while CR4.PAE is clear: long mode needs PAE");
      return PagingMode.TWO_LEVEL;
    }
    if (!lma) {
      return PagingMode.PAE;
    }
    return (cr4 & CR4_LA57) != 0 ? PagingMode.FIVE_LEVEL : PagingMode.FOUR_LEVEL;
  }

  private static void refuseIf(boolean impossible, String reason) {
    if (impossible) {
      throw new IllegalArgumentException("impossible registers: " + reason);
    }
  }

  /** Drops the features without effect in {@code mode}, so that equal roles walk alike. */
  private static CpuFeatures normalized(PagingMode mode, CpuFeatures cpu, Choices choices) {
    return switch (mode) {
      case NO_PAGING -> new CpuFeatures(CpuFeatures.MAX_PHY_ADDR, false, false);
      case TWO_LEVEL ->
          new CpuFeatures(
              choices.pse36() == Pse36.BY_MAXPHYADDR ? cpu.maxPhyAddr() : CpuFeatures.MAX_PHY_ADDR,
              false,
              false);
      case PAE -> new CpuFeatures(cpu.maxPhyAddr(), false, false);
      case FOUR_LEVEL, FIVE_LEVEL ->
          choices.oneGig() == OneGigCheck.ALWAYS
              ? new CpuFeatures(cpu.maxPhyAddr(), true, cpu.amd())
              : cpu;
    };
  }

  /** The paging mode. */
  public PagingMode mode() {
    return mode;
  }

  /** The control bits that are set; unmodifiable. */
  public Set<Control> controls() {
    return controls;
  }

  /** What is chosen where walkers differ; {@link Choices#DEFAULT} where it has no effect. */
  public Choices choices() {
    return choices;
  }

  /**
   * Number of the highest level whose entries a walk reads in memory: {@link
   * PagingMode#topLevelInMemory()}, but 3 for PAE paging with {@link PdpteSource#MEMORY}.
   */
  public int topLevelInMemory() {
    return readsPdptes() ? 3 : mode.topLevelInMemory();
  }

  /** Whether walks read PDPTEs of PAE paging in memory: {@link PdpteSource#MEMORY}. */
  public boolean readsPdptes() {
    return choices.pdptes() == PdpteSource.MEMORY;
  }

  /** CR0.WP. */
  public boolean wp() {
    return wp;
  }

  /** CR4.PSE; only in 2-level paging. */
  public boolean pse() {
    return pse;
  }

  /** EFER.NXE; never in 2-level paging. */
  public boolean nxe() {
    return nxe;
  }

  /** CR4.SMEP. */
  public boolean smep() {
    return smep;
  }

  /** CR4.SMAP. */
  public boolean smap() {
    return smap;
  }

  /** CR4.PKE; only in long mode. */
  public boolean pke() {
    return pke;
  }

  /** CR4.PKS; only in long mode. */
  public boolean pks() {
    return pks;
  }

  /** MAXPHYADDR in bits, 32 to 52; 52 where the mode does not depend on it. */
  public int maxPhyAddr() {
    return cpu.maxPhyAddr();
  }

  /** Whether level 3 entries can map 1-GiB pages; only in long mode. */
  public boolean oneGigPages() {
    return cpu.oneGigPages();
  }

  /** Whether bit 8 of PML4E and PML5E is reserved; only in long mode. */
  public boolean amd() {
    return cpu.amd();
  }

  /**
   * Whether a fetch sets the I/D bit of its page-fault error code: CR4.SMEP, or EFER.NXE with
   * CR4.PAE (Intel SDM vol. 3, section 4.7) or as {@link FetchReport} has it.
   */
  public boolean reportsFetch() {
    return smep || controls.contains(Control.NXE);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Role that
        && mode == that.mode
        && number == that.number
        && choices.equals(that.choices);
  }

  @Override
  public int hashCode() {
    return 31 * mode.hashCode() + number;
  }

  /** For example {@code 4-level wp nxe smep maxphyaddr=46 1g}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(mode.label());
    for (Control control : controls) {
      text.append(' ').append(control.name().toLowerCase(Locale.ROOT));
    }
    if (mode.topReservedBit() != 0 || choices.pse36() == Pse36.BY_MAXPHYADDR) {
      text.append(" maxphyaddr=").append(maxPhyAddr());
    }
    if (oneGigPages()) {
      text.append(" 1g");
    }
    if (amd()) {
      text.append(" amd");
    }
    if (!choices.equals(Choices.DEFAULT)) {
      text.append(' ').append(choices);
    }
    return text.toString();
  }
}
