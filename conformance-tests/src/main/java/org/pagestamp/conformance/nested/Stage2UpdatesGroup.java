package org.pagestamp.conformance.nested;

import java.util.List;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.Stage2Role;

/**
 * Accessed and dirty bits of stage 2: set or clear before at each level, with the tables of every
 * subset of levels in read-only slots, and with one in no slot.
 */
final class Stage2UpdatesGroup extends Stage2Group {
  @Override
  public String name() {
    return "stage2-updates";
  }

  @Override
  public String purpose() {
    return "A and D of stage 2 on and off, tables of every subset of levels in read-only slots";
  }

  @Override
  List<Stage2Role> ept(EptMode mode) {
    return List.of(
        Stage2Roles.ept(mode, EptOption.ACCESSED_DIRTY),
        Stage2Roles.ept(mode, EptOption.EXECUTE_ONLY));
  }

  @Override
  List<Stage2Role> npt(PagingMode host) {
    return List.of(Stage2Roles.npt(host));
  }

  @Override
  void run(Stage2Role role, Trial trial) {
    for (Stage2Chain chain : Stage2Chain.all(role)) {
      for (int readOnly = 0; readOnly < 2 << chain.top(); readOnly++) {
        boolean repeats = (readOnly >>> 1 & ((1 << (chain.leaf() - 1)) - 1)) != 0;
        if (!repeats && !trial.stopped()) {
          run(role, chain, chain.slots(readOnly), trial);
        }
      }
      run(role, chain, chain.oneSlot(), trial);
      run(role, chain, chain.slotsWithout(0), trial);
      for (int level = chain.leaf(); level <= chain.top(); level++) {
        run(role, chain, chain.slotsWithout(level), trial);
      }
    }
  }

  private static void run(Stage2Role role, Stage2Chain chain, List<VectorSlot> slots, Trial trial) {
    try (JudgedMachine machine = new JudgedMachine(trial, slots)) {
      chain.write(machine);
      JudgedStage2 walker = machine.alone(role).root(chain.root());
      int levels = chain.top() - chain.leaf() + 1;
      for (int marked = 0; marked < 2 << levels; marked++) {
        for (int level = chain.leaf(); level <= chain.top(); level++) {
          chain.mark(machine, level, marked);
        }
        for (int access : Stage2Chain.ACCESSES) {
          walker.access(chain.gpa(), access);
        }
      }
    }
  }
}
