package org.pagestamp.conformance.nested;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.conformance.rules.Roles;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptOption;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Role;

/**
 * Every bit of every entry of stage 2 changed alone, on processors of several widths, with large
 * pages and without; two things wrong at two levels; every memory type; addresses too wide.
 */
final class Stage2BitsGroup extends Stage2Group {
  private static final int[] WIDTHS = {32, 36, 40, 46, 51, 52};

  private static final int[] ACCESSES = {
    Stage2Access.READ,
    Stage2Access.WRITE | Stage2Access.FINAL,
    Stage2Access.FETCH | Stage2Access.FINAL,
    Stage2Access.READ | Stage2Access.WRITE | Stage2Access.TABLE,
  };

  /** What is cleared in an entry that is wrong. */
  private static final long[] CLEARED = {-1, 1, 2, 4, 0, 0, 0, 0};

  /** What is set in it. */
  private static final long[] SET = {0, 0, 0, 0, 1L << 50, 7 << 3, 3 << 3, 1L << 63};

  @Override
  public String name() {
    return "stage2-bits";
  }

  @Override
  public String purpose() {
    return "every bit of stage-2 entries, pairs of faults, memory types, widths of addresses";
  }

  @Override
  List<Stage2Role> ept(EptMode mode) {
    List<Stage2Role> roles = new ArrayList<>();
    for (int width : WIDTHS) {
      roles.add(Stage2Roles.ept(mode, width, EptOption.ACCESSED_DIRTY));
      roles.add(Stage2Roles.ept(mode, width, EptOption.EXECUTE_ONLY));
      roles.add(
          Stage2Roles.ept(mode, width, EptOption.MODE_BASED_EXECUTE, EptOption.HIGH_GPA_IGNORED));
      roles.add(EptRole.of(mode, width, EptOption.ACCESSED_DIRTY)); // 4-KiB pages only
      roles.add(EptRole.of(mode, width, EptOption.TWO_MEG_PAGES));
    }
    return roles;
  }

  @Override
  List<Stage2Role> npt(PagingMode host) {
    List<Stage2Role> roles = new ArrayList<>();
    for (int width : WIDTHS) {
      roles.add(Stage2Roles.npt(host, new CpuFeatures(width, true, true)));
      roles.add(
          Stage2Roles.npt(host, new CpuFeatures(width, true, false), NptOption.HIGH_GPA_IGNORED));
      CpuFeatures small = new CpuFeatures(width, false, true);
      roles.add(NptRole.of(Roles.of(host, small), NptOption.PDPTES_UNCHECKED));
      roles.add(NptRole.of(Roles.of(host, small, Control.NXE), NptOption.GMET));
    }
    return roles;
  }

  @Override
  void run(Stage2Role role, Trial trial) {
    for (Stage2Chain chain : Stage2Chain.all(role)) {
      try (JudgedMachine machine = new JudgedMachine(trial, chain.slots(0))) {
        chain.write(machine);
        JudgedStage2 walker = machine.alone(role).root(chain.root());
        bits(machine, chain, walker, 0, 1 << 7);
        pairs(machine, chain, walker);
        types(machine, chain, walker);
        addresses(chain, walker);
      }
      marked(role, chain.marked(), trial);
    }
  }

  /** All accessed and dirty bits are set, so that one bit alone is in the way. */
  private static void marked(Stage2Role role, Stage2Chain chain, Trial trial) {
    try (JudgedMachine machine = new JudgedMachine(trial, chain.oneSlot())) {
      chain.write(machine);
      JudgedStage2 walker = machine.alone(role).root(chain.root());
      bits(machine, chain, walker, 0);
      types(machine, chain, walker);
      addresses(chain, walker);
    }
  }

  /** Each bit, with others changed, too; and bit 7 in an entry that could be a large leaf. */
  private static void bits(
      JudgedMachine machine, Stage2Chain chain, JudgedStage2 walker, long... also) {
    for (int level = chain.leaf(); level <= chain.top(); level++) {
      for (long other : also) {
        for (int bit = 0; bit < 8 * chain.width(); bit++) {
          chain.set(machine, level, chain.entry(level) ^ (1L << bit) ^ other);
          access(walker, chain);
        }
      }
      long inPage = PagingRules.bits(chain.rules().shift(level) - 1, 12);
      chain.set(machine, level, (chain.entry(level) & ~inPage) | 1 << 7);
      access(walker, chain);
      chain.set(machine, level, chain.entry(level));
    }
  }

  private static void pairs(JudgedMachine machine, Stage2Chain chain, JudgedStage2 walker) {
    for (int upper = chain.leaf() + 1; upper <= chain.top() && !machine.stopped(); upper++) {
      for (int lower = chain.leaf(); lower < upper; lower++) {
        for (int i = 0; i < SET.length; i++) {
          wrong(machine, chain, upper, i);
          for (int j = 0; j < SET.length; j++) {
            wrong(machine, chain, lower, j);
            access(walker, chain);
          }
        }
        chain.set(machine, lower, chain.entry(lower));
      }
      chain.set(machine, upper, chain.entry(upper));
    }
  }

  private static void wrong(JudgedMachine machine, Stage2Chain chain, int level, int how) {
    chain.set(machine, level, (chain.entry(level) & ~CLEARED[how]) | SET[how]);
  }

  /** Bits 6:3 of a leaf, and where NPT has PAT. */
  private static void types(JudgedMachine machine, Stage2Chain chain, JudgedStage2 walker) {
    int leaf = chain.leaf();
    for (long type : Stage2RightsGroup.subsets(0xF << 3 | 1 << 12 | (leaf == 1 ? 1 << 7 : 0))) {
      chain.set(machine, leaf, (chain.entry(leaf) & ~(0xF << 3)) | type);
      access(walker, chain);
    }
    chain.set(machine, leaf, chain.entry(leaf));
  }

  private static void addresses(Stage2Chain chain, JudgedStage2 walker) {
    for (int bit = 0; bit < Long.SIZE; bit++) {
      for (int access : ACCESSES) {
        walker.access(chain.gpa() ^ (1L << bit), access);
      }
    }
    for (int bit = 0; bit < Long.SIZE; bit++) {
      walker.root(chain.root() ^ (1L << bit));
      access(walker, chain);
    }
    JudgedStage2 _ = walker.root(chain.root());
  }

  private static void access(JudgedStage2 walker, Stage2Chain chain) {
    for (int access : ACCESSES) {
      walker.access(chain.gpa(), access);
    }
  }
}
