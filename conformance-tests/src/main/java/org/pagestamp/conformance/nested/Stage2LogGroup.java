package org.pagestamp.conformance.nested;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Role;

/**
 * Page-modification logging by EPT alone: accessed and dirty bits set or clear before at each
 * level, the log empty, at its last entry and full; the log or the leaf in a read-only slot, the
 * log in no slot, and in the page of the leaf's table.
 */
final class Stage2LogGroup extends Stage2Group {
  private static final long LOG = 0x9_0000L;
  private static final int[] INDEXES = {511, 1, 0, 0xFFFF, 512};
  private static final int[] ACCESSES = {
    Stage2Access.READ,
    Stage2Access.WRITE,
    Stage2Access.READ | Stage2Access.WRITE | Stage2Access.TABLE,
    Stage2Access.FETCH | Stage2Access.FINAL,
    Stage2Access.WRITE | Stage2Access.FINAL,
  };

  @Override
  public String name() {
    return "stage2-log";
  }

  @Override
  public String purpose() {
    return "page-modification logs, empty to full, in RAM, ROM, no slot and over tables";
  }

  @Override
  List<Stage2Role> ept(EptMode mode) {
    return withLog(mode);
  }

  @Override
  List<Stage2Role> npt(PagingMode host) {
    return List.of();
  }

  /** EPT with each rule on when a full log ends a walk. */
  static List<Stage2Role> withLog(EptMode mode) {
    EptOption dirty = EptOption.ACCESSED_DIRTY;
    EptOption log = EptOption.PAGE_MODIFICATION_LOGGING;
    return List.of(
        Stage2Roles.ept(mode, dirty, log),
        Stage2Roles.ept(mode, dirty, log, EptOption.PML_CHECKED_FOR_ANY_BIT),
        Stage2Roles.ept(mode, dirty, log, EptOption.PML_ALWAYS_CHECKED),
        Stage2Roles.ept(mode, log)); // without effect
  }

  @Override
  void run(Stage2Role role, Trial trial) {
    for (Stage2Chain chain : Stage2Chain.all(role)) {
      if (trial.stopped()) {
        return;
      }
      int leaf = 1 << chain.leaf();
      int all = -1;
      run(role, chain, chain.slots(0), log(false), LOG, trial);
      run(role, chain, chain.oneSlot(), log(false), LOG, trial);
      run(role, chain, chain.slots(0), log(true), LOG, trial);
      run(role, chain, chain.slots(0), List.of(), LOG, trial);
      run(role, chain, chain.slots(leaf), log(false), LOG, trial);
      run(role, chain, chain.slots(all), log(false), LOG, trial);
      run(role, chain, chain.slots(all), log(true), LOG, trial);
      for (int level = chain.leaf(); level <= chain.top(); level++) {
        long table = chain.place(level) & -0x1000L;
        run(role, chain, chain.slots(0), List.of(), table, trial);
      }
    }
  }

  private static List<VectorSlot> log(boolean readOnly) {
    return List.of(new VectorSlot(LOG, 0x1000, readOnly));
  }

  private static void run(
      Stage2Role role,
      Stage2Chain chain,
      List<VectorSlot> tables,
      List<VectorSlot> log,
      long address,
      Trial trial) {
    List<VectorSlot> slots = new ArrayList<>(tables);
    slots.addAll(log);
    try (JudgedMachine machine = new JudgedMachine(trial, slots)) {
      chain.write(machine);
      JudgedStage2 walker = machine.alone(role).root(chain.root());
      int levels = chain.top() - chain.leaf() + 1;
      for (int marked = 0; marked < 2 << levels; marked++) {
        for (int level = chain.leaf(); level <= chain.top(); level++) {
          chain.mark(machine, level, marked);
        }
        for (int index : INDEXES) {
          tryAll(walker.log(address, index), chain.gpa());
        }
        for (int level = chain.leaf(); level <= chain.top(); level++) { // over the entry in use
          tryAll(walker.log(address, (int) (chain.place(level) & 0xFFF) >>> 3), chain.gpa());
        }
      }
    }
  }

  private static void tryAll(JudgedStage2 walker, long gpa) {
    for (int access : ACCESSES) {
      walker.access(gpa, access);
    }
  }
}
