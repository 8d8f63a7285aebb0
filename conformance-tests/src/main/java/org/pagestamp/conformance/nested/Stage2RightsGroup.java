package org.pagestamp.conformance.nested;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.Stage2Role;

/**
 * Rights of stage 2: every combination in one entry and in the leaf, at every level, of every page
 * size, for every kind of access.
 */
final class Stage2RightsGroup extends Stage2Group {
  @Override
  public String name() {
    return "stage2-rights";
  }

  @Override
  public String purpose() {
    return "EPT and NPT rights of two levels x access x page size, execute-only, MBEC, GMET";
  }

  @Override
  List<Stage2Role> ept(EptMode mode) {
    return Stage2Roles.eptInFull(mode);
  }

  @Override
  List<Stage2Role> npt(PagingMode host) {
    return Stage2Roles.nptInFull(host);
  }

  @Override
  void run(Stage2Role role, Trial trial) {
    for (Stage2Chain chain : Stage2Chain.all(role)) {
      List<Long> rights = subsets(chain.rightBits());
      try (JudgedMachine machine = new JudgedMachine(trial, chain.slots(0))) {
        chain.write(machine);
        JudgedStage2 walker = machine.alone(role).root(chain.root());
        for (int level = chain.leaf(); level <= chain.top() && !trial.stopped(); level++) {
          for (long upper : rights) {
            chain.set(machine, level, (chain.entry(level) & ~chain.rightBits()) | upper);
            if (level == chain.leaf()) {
              access(walker, chain);
            } else {
              withLeaves(machine, chain, rights, walker);
            }
          }
          chain.set(machine, level, chain.entry(level));
        }
      }
      marked(role, chain.marked(), trial);
    }
  }

  /** All accessed and dirty bits are set, so that the rights of one entry alone are in the way. */
  private static void marked(Stage2Role role, Stage2Chain chain, Trial trial) {
    try (JudgedMachine machine = new JudgedMachine(trial, chain.oneSlot())) {
      chain.write(machine);
      JudgedStage2 walker = machine.alone(role).root(chain.root());
      for (int level = chain.leaf(); level <= chain.top() && !trial.stopped(); level++) {
        for (long rights : subsets(chain.rightBits())) {
          chain.set(machine, level, (chain.entry(level) & ~chain.rightBits()) | rights);
          access(walker, chain);
        }
        chain.set(machine, level, chain.entry(level));
      }
    }
  }

  private static void withLeaves(
      JudgedMachine machine, Stage2Chain chain, List<Long> rights, JudgedStage2 walker) {
    long leaf = chain.entry(chain.leaf());
    for (long lower : rights) {
      chain.set(machine, chain.leaf(), (leaf & ~chain.rightBits()) | lower);
      access(walker, chain);
    }
    chain.set(machine, chain.leaf(), leaf);
  }

  private static void access(JudgedStage2 walker, Stage2Chain chain) {
    for (int access : Stage2Chain.ACCESSES) {
      walker.access(chain.gpa(), access);
    }
  }

  /** Every set of some bits. */
  static List<Long> subsets(long bits) {
    List<Long> subsets = new ArrayList<>();
    long set = 0;
    do {
      subsets.add(set);
      set = (set - bits) & bits;
    } while (set != 0);
    return subsets;
  }
}
