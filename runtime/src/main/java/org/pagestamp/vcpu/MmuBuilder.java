package org.pagestamp.vcpu;

import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.pagestamp.choice.Choices;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotLayout;

/** Collects what an {@link Mmu} is made of. Not safe for use by several threads. */
public final class MmuBuilder {
  private final Set<PagingFeature> features = EnumSet.allOf(PagingFeature.class);
  private MemorySlots memory;
  private CpuFeatures cpu = CpuFeatures.intel(CpuFeatures.MAX_PHY_ADDR);
  private Choices choices = Choices.DEFAULT;
  private WalkerSource walkers = InterpretedWalker::new;

  MmuBuilder() {}

  /** Slots that may change while the guest runs; shared by all virtual CPUs. */
  public MmuBuilder memory(MemorySlots slots) {
    memory = Objects.requireNonNull(slots, "slots");
    return this;
  }

  /** Slots that stay as they are. */
  public MmuBuilder memory(SlotLayout layout) {
    return memory(MemorySlots.of(layout));
  }

  /** The CPU; Intel's with MAXPHYADDR 52 by default. */
  public MmuBuilder cpu(CpuFeatures features) {
    cpu = Objects.requireNonNull(features, "features");
    return this;
  }

  /** What is chosen where walkers differ; {@link Choices#DEFAULT} by default. */
  public MmuBuilder choices(Choices all) {
    choices = Objects.requireNonNull(all, "choices");
    return this;
  }

  /** Features that the CPU does not have; by default it has all. */
  public MmuBuilder without(PagingFeature... missing) {
    for (PagingFeature feature : missing) {
      features.remove(feature);
    }
    return this;
  }

  /** Where walkers come from; they are interpreted by default. */
  public MmuBuilder walkers(WalkerSource source) {
    walkers = Objects.requireNonNull(source, "source");
    return this;
  }

  /**
   * The Mmu, in the state after power-up.
   *
   * @throws IllegalStateException if the memory was not told
   */
  public Mmu build() {
    if (memory == null) {
      throw new IllegalStateException("an Mmu needs memory(...)");
    }
    return new Mmu(memory, cpu, choices, EnumSet.copyOf(features), walkers);
  }
}
