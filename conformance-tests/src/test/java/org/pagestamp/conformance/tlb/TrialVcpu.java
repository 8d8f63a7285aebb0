package org.pagestamp.conformance.tlb;

import java.util.Set;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.DirtyLog;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.tlb.SoftwareTlb;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.WalkerSource;

/** One virtual CPU of a trial, with memory of its own, and a TLB or none. */
final class TrialVcpu {
  /** Where the slots are at first. */
  static final long[] BASES = {0, 0x10_0000, 0x20_0000};

  private static final int[] PAGES = {64, 16, 16};

  final long[][] memory = new long[BASES.length][];
  final MemorySlots slots = new MemorySlots();
  final Mmu mmu;
  private SoftwareTlb tlb;

  TrialVcpu(WalkerSource walkers) {
    for (int id = 0; id < BASES.length; id++) {
      memory[id] = new long[(int) (PAGES[id] * MemSlot.PAGE_SIZE / Long.BYTES)];
      create(id, Set.of(SlotFlag.LOG_DIRTY_PAGES));
    }
    mmu = Mmu.builder().memory(slots).cpu(CpuFeatures.intel(46)).walkers(walkers).build();
  }

  void create(int id, Set<SlotFlag> flags) {
    slots.create(id, BASES[id], PAGES[id] * MemSlot.PAGE_SIZE, flags, Backing.of(memory[id]));
  }

  void useTlb(int sets, int ways) {
    tlb = new SoftwareTlb(mmu, sets, ways);
  }

  SoftwareTlb tlb() {
    return tlb;
  }

  /** The bits of a slot's dirty log, cleared by this; none if there is no such slot or no log. */
  long[] takeDirty(int id) {
    DirtyLog log = slots.ids().contains(id) ? slots.slot(id).dirtyLog() : null;
    return log != null ? log.getAndClear() : new long[0];
  }
}
