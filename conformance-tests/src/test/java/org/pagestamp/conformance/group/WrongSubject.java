package org.pagestamp.conformance.group;

import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.Subject;

/** A subject that walks as ours do, but sees the machine differently. */
record WrongSubject(Subject right, Change change) implements Subject {
  interface Change {
    Mmu wrap(Machine machine, Mmu mmu);
  }

  @Override
  public String name() {
    return "wrong";
  }

  @Override
  public Mmu connect(Machine machine) {
    return change.wrap(machine, right.connect(machine));
  }

  /** Does as another; for what is to be wrong a method is overridden. */
  abstract static class DelegatingMmu implements Subject.Mmu {
    private final Subject.Mmu mmu;

    DelegatingMmu(Subject.Mmu mmu) {
      this.mmu = mmu;
    }

    @Override
    public boolean loadCr3(long cr3) {
      return mmu.loadCr3(cr3);
    }

    @Override
    public void keys(int pkru, int pkrs) {
      mmu.keys(pkru, pkrs);
    }

    @Override
    public long access(long gva, int access) {
      return mmu.access(gva, access);
    }
  }
}
