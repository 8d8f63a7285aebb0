package org.pagestamp.vcpu;

import java.util.Locale;
import java.util.Set;
import org.pagestamp.choice.Choices;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.VcpuState;

/**
 * The registers of one virtual CPU and what they add up to: the role, how linear addresses are
 * prepared, and the walkers' view of CR3, PDPTEs and keys. Each write is checked, done as a whole
 * or not at all, and answered.
 */
final class RegisterFile {
  private final CpuFeatures cpu;
  private final Choices choices;
  private final Set<PagingFeature> features;
  private final VcpuState state = new VcpuState();
  private ControlRegisters values;
  private Role role;
  private LinearAddress linear;

  RegisterFile(CpuFeatures cpu, Choices choices, Set<PagingFeature> features) {
    this.cpu = cpu;
    this.choices = choices;
    this.features = features;
    use(ControlRegisters.POWER_UP, roleOf(ControlRegisters.POWER_UP));
  }

  ControlRegisters values() {
    return values;
  }

  /** What walkers read. */
  VcpuState state() {
    return state;
  }

  Role role() {
    return role;
  }

  LinearAddress linear() {
    return linear;
  }

  RegisterWrite cr0(long value, SlotLayout memory) {
    RegisterWrite refusal = values.refuseCr0(value);
    return refusal != null ? refusal : write(values.withCr0(value), memory);
  }

  RegisterWrite cr3(long value, SlotLayout memory) {
    RegisterWrite refusal = values.refuseCr3(value, cpu.maxPhyAddr(), features);
    if (refusal != null) {
      return refusal;
    }
    ControlRegisters after = values.withCr3(value);
    refusal = load(after, role, after.paePaging(), memory);
    if (refusal != null) {
      return refusal;
    }
    RegisterWrite effect = values.cr3Effect(value);
    use(after, role);
    return effect;
  }

  RegisterWrite cr4(long value, SlotLayout memory) {
    RegisterWrite refusal = values.refuseCr4(value, features);
    return refusal != null ? refusal : write(values.withCr4(value), memory);
  }

  RegisterWrite efer(long value, SlotLayout memory) {
    RegisterWrite refusal = values.refuseEfer(value, features);
    return refusal != null ? refusal : write(values.withEfer(value), memory);
  }

  private RegisterWrite write(ControlRegisters after, SlotLayout memory) {
    Role roleAfter = roleOf(after);
    memory.requireUpdatable(roleAfter.mode().entryBytes());
    RegisterWrite refusal = load(after, roleAfter, after.loadsPdptes(values), memory);
    if (refusal != null) {
      return refusal;
    }
    RegisterWrite effect = after.effect(values);
    use(after, roleAfter);
    return effect;
  }

  RegisterWrite pkru(int value) {
    boolean changes = value != state.pkru() && role.pke();
    state.pkru(value);
    return changes ? RegisterWrite.RIGHTS_CHANGED : RegisterWrite.DONE;
  }

  RegisterWrite pkrs(int value) {
    boolean changes = value != state.pkrs() && role.pks();
    state.pkrs(value);
    return changes ? RegisterWrite.RIGHTS_CHANGED : RegisterWrite.DONE;
  }

  /** Sets all at once, or throws. */
  void restore(ControlRegisters after, SlotLayout memory) {
    Role roleAfter = roleOf(after);
    memory.requireUpdatable(roleAfter.mode().entryBytes());
    RegisterWrite refusal = after.impossible(cpu.maxPhyAddr(), features);
    if (refusal == null) {
      refusal = load(after, roleAfter, after.paePaging(), memory);
    }
    if (refusal != null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "impossible registers cr0=0x%x cr3=0x%x cr4=0x%x efer=0x%x: %s",
              after.cr0(),
              after.cr3(),
              after.cr4(),
              after.efer(),
              refusal.reason()));
    }
    use(after, roleAfter);
  }

  /** Sets the walkers' CR3, with the PDPTEs if asked; the answer is a refusal or null. */
  private RegisterWrite load(
      ControlRegisters after, Role roleAfter, boolean pdptes, SlotLayout memory) {
    if (!pdptes) {
      state.cr3(after.cr3());
      return null;
    }
    Cr3Load load = state.loadCr3(after.cr3(), roleAfter, memory);
    return switch (load) {
      case LOADED -> null;
      case CR3_RESERVED_BIT -> RegisterWrite.CR3_RESERVED_BIT;
      case PDPTE_RESERVED_BIT -> RegisterWrite.PDPTE_RESERVED_BIT;
      case PDPTES_IN_NO_SLOT -> RegisterWrite.PDPTES_IN_NO_SLOT;
      case STAGE2_FAULT -> throw new AssertionError("there is no stage 2");
    };
  }

  private Role roleOf(ControlRegisters after) {
    return Role.fromRegisters(after.cr0(), after.cr4(), after.efer(), cpu, choices);
  }

  private void use(ControlRegisters after, Role roleAfter) {
    values = after;
    role = roleAfter;
    linear = new LinearAddress(role, after.cr3(), after.cr4());
  }
}
