package org.pagestamp.conformance.group;

import static org.pagestamp.conformance.rules.PagingRules.A;
import static org.pagestamp.conformance.rules.PagingRules.D;
import static org.pagestamp.conformance.rules.PagingRules.PS;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.conformance.rules.Roles;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;

/**
 * Each bit of each entry, of CR3, of the PDPTEs and of the address, flipped alone: reserved,
 * ignored, part of a frame or an index, or a property of the page, as the tables of entry formats
 * say (Intel SDM vol. 3, section 4.3 to 4.5), for each MAXPHYADDR that a CPU was made with, with
 * and without 1-GiB pages, PSE and NXE, and for AMD.
 */
final class SingleBitsGroup implements CaseGroup {
  private static final int[] WIDTHS = {32, 36, 39, 40, 46, 48, 51, 52};

  /** The widths that a run of few walks combines with the other features of a CPU. */
  private static final Set<Integer> COMBINED = Set.of(36, 52);

  /** From so many random walks on, all features of a CPU are combined. */
  private static final long MANY_WALKS = 100_000;

  private static final int[] ACCESSES = {Access.READ | Access.USER, Access.WRITE, Access.FETCH};

  @Override
  public String name() {
    return "bits";
  }

  @Override
  public String purpose() {
    return "each bit of entries, CR3, PDPTEs and addresses alone, for each CPU";
  }

  @Override
  public boolean covers(PagingMode mode) {
    return true;
  }

  @Override
  public void run(PagingMode mode, Trial trial) {
    for (Role role : roles(mode, trial.walks() >= MANY_WALKS)) {
      if (trial.stopped()) {
        return;
      }
      if (trial.subject().knows(role)) {
        run(role, trial);
      } else {
        trial.skipped(1);
      }
    }
  }

  private static List<Role> roles(PagingMode mode, boolean all) {
    List<Role> roles = new ArrayList<>();
    for (int width : WIDTHS) {
      for (boolean oneGig : new boolean[] {true, false}) {
        for (boolean amd : new boolean[] {false, true}) {
          if (!all && !COMBINED.contains(width) && (amd || !oneGig)) {
            continue;
          }
          CpuFeatures cpu = new CpuFeatures(width, oneGig, amd);
          roles.add(Roles.of(mode, cpu, Control.WP, Control.NXE, Control.PSE, Control.PKE));
          roles.add(Roles.of(mode, cpu, Control.WP));
        }
      }
    }
    return roles.stream().distinct().toList(); // features that a mode does not know are dropped
  }

  private void run(Role role, Trial trial) {
    TableChain chain = TableChain.of(role.mode());
    List<VectorSlot> slots = List.of(chain.slot());
    try (JudgedMachine machine = new JudgedMachine(this, trial, role, slots)) {
      flipAll(machine, chain, TableChain.ALL_RIGHTS);
      flipAll(machine, chain, TableChain.ALL_RIGHTS | A | D);
    }
    flipLargeInSlot(role, trial);
  }

  /** The leaf of a large page whose beginning is memory, and all that is memory. */
  private void flipLargeInSlot(Role role, Trial trial) {
    TableChain chain = TableChain.of(role.mode()).at(0);
    try (JudgedMachine machine = new JudgedMachine(this, trial, role, List.of(chain.slot()))) {
      chain.write(machine, TableChain.ALL_RIGHTS | A | D);
      boolean _ = machine.loadCr3(chain.table(chain.top()));
      for (int level = 2; level <= chain.top() && !chain.isPdpte(level); level++) {
        flipEntry(machine, chain, level, TableChain.ALL_RIGHTS | A | D | PS);
        machine.store(chain.entryGpa(level), chain.entry(level, TableChain.ALL_RIGHTS | A | D));
      }
    }
  }

  private static void flipAll(JudgedMachine machine, TableChain chain, long rights) {
    PagingMode mode = chain.mode();
    chain.write(machine, rights);
    boolean _ = machine.loadCr3(chain.table(chain.top()));
    flipAddress(machine, chain);
    for (int level = 1; level <= chain.top() && !chain.isPdpte(level); level++) {
      flipEntry(machine, chain, level, chain.entry(level, rights));
      // A page of any size at 4 GiB or, where entries have 32 bits, at 1 GiB.
      long page = mode == PagingMode.TWO_LEVEL ? 0x4000_0000L : 0x1_0000_0000L;
      flipEntry(machine, chain, level, page | rights | PS);
      machine.store(chain.entryGpa(level), chain.entry(level, rights));
    }
    if (mode == PagingMode.PAE) {
      flipPdpte(machine, chain);
    }
    flipRoot(machine, chain);
  }

  private static void flipAddress(JudgedMachine machine, TableChain chain) {
    for (int bit = 0; bit < 64; bit++) {
      walk(machine, chain.gva() ^ 1L << bit);
      walk(machine, chain.gva() ^ -1L << bit); // all from here up: canonical or not by one bit
    }
  }

  private static void flipEntry(JudgedMachine machine, TableChain chain, int level, long entry) {
    int bits = 8 * PagingRules.entryBytes(chain.mode());
    for (int bit = 0; bit < bits; bit++) {
      machine.store(chain.entryGpa(level), entry ^ 1L << bit);
      walk(machine, chain.gva());
      // Bits of an entry that is not present are never looked at.
      machine.store(chain.entryGpa(level), (entry ^ 1L << bit) & ~1L);
      walk(machine, chain.gva());
    }
  }

  /** In PAE paging the entries of level 3 are checked as CR3 is loaded, present ones only. */
  private static void flipPdpte(JudgedMachine machine, TableChain chain) {
    for (int i = 0; i < 4; i++) {
      long gpa = chain.table(3) + 8L * i;
      long entry = gpa == chain.entryGpa(3) ? chain.entry(3, 0) : 0;
      for (int bit = 0; bit < 64; bit++) {
        for (long present = 0; present <= 1; present++) {
          machine.store(gpa, ((chain.entry(3, 0) & ~1L) ^ (1L << bit)) | present);
          boolean _ = machine.loadCr3(chain.table(3));
          walk(machine, chain.gva());
          // What is stored later is not seen before the next load.
          machine.store(gpa, chain.entry(3, 0) ^ 1L);
          walk(machine, chain.gva());
        }
      }
      machine.store(gpa, entry);
      boolean _ = machine.loadCr3(chain.table(3));
    }
  }

  private static void flipRoot(JudgedMachine machine, TableChain chain) {
    if (chain.mode() == PagingMode.NO_PAGING) {
      return;
    }
    for (int bit = 0; bit < 64; bit++) {
      boolean _ = machine.loadCr3(chain.table(chain.top()) ^ 1L << bit);
      walk(machine, chain.gva());
    }
  }

  private static void walk(JudgedMachine machine, long gva) {
    for (int access : ACCESSES) {
      machine.access(gva, access);
    }
  }
}
