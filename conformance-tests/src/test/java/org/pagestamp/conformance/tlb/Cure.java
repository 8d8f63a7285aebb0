package org.pagestamp.conformance.tlb;

import org.pagestamp.mode.ControlBits;
import org.pagestamp.vcpu.RegisterWrite;

/** An invalidation that a guest chooses; some of them do not always help. */
enum Cure {
  INVLPG,
  INVPCID_ADDRESS,
  INVPCID_CONTEXT,
  INVPCID_ALL,
  INVPCID_NON_GLOBAL,
  LOAD_CR3,
  TOGGLE_PGE,
  NONE;

  void applyTo(TlbTrial trial, long gva) {
    int pcid = trial.registers().pcid();
    switch (this) {
      case INVLPG -> trial.invlpg(gva);
      case INVPCID_ADDRESS -> trial.invpcid(0, pcid, gva);
      case INVPCID_CONTEXT -> trial.invpcid(1, pcid, 0);
      case INVPCID_ALL -> trial.invpcid(2, 0, 0);
      case INVPCID_NON_GLOBAL -> trial.invpcid(3, 0, 0);
      case LOAD_CR3 -> {
        RegisterWrite _ = trial.write(mmu -> mmu.cr3(mmu.cr3()));
      }
      case TOGGLE_PGE -> {
        for (int i = 0; i < 2; i++) {
          RegisterWrite _ = trial.write(mmu -> mmu.cr4(mmu.cr4() ^ ControlBits.CR4_PGE));
        }
      }
      case NONE -> {}
    }
  }
}
