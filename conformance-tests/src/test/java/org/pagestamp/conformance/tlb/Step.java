package org.pagestamp.conformance.tlb;

import java.util.EnumSet;
import java.util.Set;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.vcpu.RegisterWrite;

/** Something that a guest, or who runs it, does. Any step is possible in any state. */
sealed interface Step {
  void applyTo(TlbTrial trial);

  /**
   * An access.
   *
   * @param number of an address; negative for one that was accessed lately
   * @param alias what is added to the address by XOR
   * @param cure the invalidation that the guest takes for one that is due
   */
  record Touch(int number, long alias, int access, Cure cure) implements Step {
    @Override
    public void applyTo(TlbTrial trial) {
      trial.touch(gva(trial, number) ^ alias, access, cure);
    }
  }

  private static long gva(TlbTrial trial, int number) {
    PagingMode mode = trial.registers().role().mode();
    return number >= 0
        ? TrialTables.gva(mode, number)
        : trial.recent(-number, TrialTables.gva(mode, -number));
  }

  /** A store of a whole entry. */
  record Store(int slot, int word, long value) implements Step {
    @Override
    public void applyTo(TlbTrial trial) {
      trial.store(slot, word, value);
    }

    @Override
    public String toString() {
      return "Store[slot=" + slot + ", word=" + word + ", value=0x" + Long.toHexString(value) + "]";
    }
  }

  /** A change of some bits of an entry. */
  record Flip(int slot, int word, long bits) implements Step {
    @Override
    public void applyTo(TlbTrial trial) {
      trial.store(slot, word, trial.word(slot, word) ^ bits);
    }
  }

  /** MOV to CR3. */
  record LoadCr3(int root, int pcid, long highBits) implements Step {
    @Override
    public void applyTo(TlbTrial trial) {
      PagingMode mode = trial.registers().role().mode();
      boolean pcids = (trial.registers().cr4() & ControlBits.CR4_PCIDE) != 0;
      long high = highBits & (pcids ? -1 : ~ControlBits.CR3_NO_FLUSH);
      long value = TrialTables.root(mode, root) | (pcids ? pcid : 0) | high;
      RegisterWrite _ = trial.write(mmu -> mmu.cr3(value));
    }
  }

  /** MOV to CR4 with some bits turned on or off. */
  record TurnCr4(long bits, boolean on) implements Step {
    @Override
    public void applyTo(TlbTrial trial) {
      RegisterWrite _ = trial.write(mmu -> mmu.cr4(on ? mmu.cr4() | bits : mmu.cr4() & ~bits));
    }
  }

  /** MOV to CR0 with some bits turned over. */
  record TurnCr0(long bits) implements Step {
    @Override
    public void applyTo(TlbTrial trial) {
      RegisterWrite _ = trial.write(mmu -> mmu.cr0(mmu.cr0() ^ bits));
    }
  }

  /** WRMSR to EFER with some bits turned over. */
  record TurnEfer(long bits) implements Step {
    @Override
    public void applyTo(TlbTrial trial) {
      RegisterWrite _ = trial.write(mmu -> mmu.efer(mmu.efer() ^ bits));
    }
  }

  /** WRPKRU, or WRMSR to IA32_PKRS. */
  record Keys(boolean user, int value) implements Step {
    @Override
    public void applyTo(TlbTrial trial) {
      RegisterWrite _ = trial.write(mmu -> user ? mmu.pkru(value) : mmu.pkrs(value));
    }
  }

  /** The way from whatever mode into another. */
  record Enter(PagingMode mode, int root, boolean pcids) implements Step {
    @Override
    public void applyTo(TlbTrial trial) {
      write(trial, 4, trial.registers().cr4() & ~ControlBits.CR4_PCIDE);
      write(trial, 0, trial.registers().cr0() & ~ControlBits.CR0_PG);
      if (mode == PagingMode.NO_PAGING) {
        return;
      }
      long cr4 = trial.registers().cr4() & ~(ControlBits.CR4_PAE | ControlBits.CR4_LA57);
      cr4 |= mode == PagingMode.TWO_LEVEL ? 0 : ControlBits.CR4_PAE;
      cr4 |= mode == PagingMode.FIVE_LEVEL ? ControlBits.CR4_LA57 : 0;
      write(trial, 4, cr4);
      long lme = mode.isLongMode() ? ControlBits.EFER_LME : 0;
      long efer = (trial.registers().efer() & ~ControlBits.EFER_LME) | ControlBits.EFER_NXE | lme;
      RegisterWrite _ = trial.write(mmu -> mmu.efer(efer));
      long cr3 = TrialTables.root(mode, root);
      RegisterWrite _ = trial.write(mmu -> mmu.cr3(cr3));
      write(trial, 0, trial.registers().cr0() | ControlBits.CR0_PG | ControlBits.CR0_PE);
      if (pcids && mode.isLongMode()) {
        write(trial, 4, trial.registers().cr4() | ControlBits.CR4_PCIDE);
      }
    }

    private static void write(TlbTrial trial, int register, long value) {
      RegisterWrite _ = trial.write(mmu -> register == 0 ? mmu.cr0(value) : mmu.cr4(value));
    }
  }

  /** INVLPG. */
  record Invlpg(int number) implements Step {
    @Override
    public void applyTo(TlbTrial trial) {
      trial.invlpg(gva(trial, number));
    }
  }

  /**
   * INVPCID.
   *
   * @param pcid negative for the current one
   */
  record Invpcid(int type, int pcid, int number) implements Step {
    @Override
    public void applyTo(TlbTrial trial) {
      trial.invpcid(type, pcid < 0 ? trial.registers().pcid() : pcid, gva(trial, number));
    }
  }

  /** The A20 gate. */
  record A20(boolean open) implements Step {
    @Override
    public void applyTo(TlbTrial trial) {
      trial.a20(open);
    }
  }

  /** A slot that is there goes; one that is not comes. */
  record ToggleSlot(int id, boolean readOnly) implements Step {
    @Override
    public void applyTo(TlbTrial trial) {
      trial.compareMemory();
      Set<SlotFlag> flags = EnumSet.of(SlotFlag.LOG_DIRTY_PAGES);
      if (readOnly) {
        flags.add(SlotFlag.READONLY);
      }
      trial.all(
          vcpu -> {
            if (vcpu.slots.ids().contains(id)) {
              vcpu.slots.delete(id);
            } else {
              vcpu.create(id, flags);
            }
          });
    }
  }

  /** All slots are there, where they were at first. */
  record AllSlots() implements Step {
    @Override
    public void applyTo(TlbTrial trial) {
      trial.compareMemory();
      trial.all(
          vcpu -> {
            for (int id = 0; id < TrialVcpu.BASES.length; id++) {
              if (!vcpu.slots.ids().contains(id)) {
                vcpu.create(id, Set.of(SlotFlag.LOG_DIRTY_PAGES));
              } else {
                vcpu.slots.move(id, TrialVcpu.BASES[id]);
              }
            }
          });
    }
  }

  /** A slot changes, if it is there. */
  record ChangeSlot(int id, Change change) implements Step {
    enum Change {
      AWAY,
      BACK,
      READ_ONLY,
      WRITABLE,
      LOGGING,
      SILENT
    }

    @Override
    public void applyTo(TlbTrial trial) {
      trial.compareMemory();
      trial.all(
          vcpu -> {
            if (vcpu.slots.ids().contains(id)) {
              switch (change) {
                case AWAY -> vcpu.slots.move(id, 0x800_0000 + TrialVcpu.BASES[id]);
                case BACK -> vcpu.slots.move(id, TrialVcpu.BASES[id]);
                case READ_ONLY -> vcpu.slots.readOnly(id, true);
                case WRITABLE -> vcpu.slots.readOnly(id, false);
                case LOGGING -> vcpu.slots.logDirty(id, true);
                case SILENT -> vcpu.slots.logDirty(id, false);
              }
            }
          });
    }
  }

  /** Other TLBs, empty ones. */
  record UseTlbs(int sets, int ways) implements Step {
    @Override
    public void applyTo(TlbTrial trial) {
      trial.useTlbs(sets, ways);
    }
  }
}
