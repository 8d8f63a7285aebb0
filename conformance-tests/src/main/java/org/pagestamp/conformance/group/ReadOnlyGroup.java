package org.pagestamp.conformance.group;

import static org.pagestamp.conformance.rules.PagingRules.A;
import static org.pagestamp.conformance.rules.PagingRules.D;
import static org.pagestamp.conformance.rules.PagingRules.P;
import static org.pagestamp.conformance.rules.PagingRules.PS;
import static org.pagestamp.conformance.rules.PagingRules.U;
import static org.pagestamp.conformance.rules.PagingRules.W;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.conformance.rules.Roles;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/**
 * Tables in read-only slots, every subset of levels, with A and D set or clear at each.
 *
 * <p>The rules are those of KVM ("KVM: mmu: allow page tables to be in read-only slots"): an entry
 * in a read-only slot is read as any other; its A and D stay as they are, and its page is not
 * logged as dirty; the other levels get theirs; the access has the outcome that it has with all
 * tables in RAM. So each case has a twin with all tables in RAM, which must differ in A and D only.
 */
final class ReadOnlyGroup implements CaseGroup {
  private static final CpuFeatures CPU = new CpuFeatures(40, true, false);
  private static final long LARGE_PAGE = 0x4000_0000L;

  private static final int[] ACCESSES = {
    Access.READ | Access.USER,
    Access.WRITE | Access.USER,
    Access.FETCH | Access.USER,
    Access.READ,
    Access.WRITE,
    Access.FETCH,
  };

  /** Leaves that allow everything, and such as do not. */
  private static final long[] LEAVES = {P | W | U, P | U, P | W, U | W};

  /** What of a success tells of A and D. */
  private static final long OF_AD = A | D | WalkResult.CLEAN_WRITE;

  @Override
  public String name() {
    return "read-only";
  }

  @Override
  public String purpose() {
    return "tables in read-only slots, every subset of levels, with exact A, D and dirty log";
  }

  @Override
  public boolean covers(PagingMode mode) {
    return mode != PagingMode.NO_PAGING;
  }

  @Override
  public boolean isDivisible() {
    return true;
  }

  @Override
  public void run(PagingMode mode, Trial trial) {
    Role role = Roles.of(mode, CPU, Control.WP, Control.NXE, Control.PSE);
    if (!trial.subject().knows(role)) {
      trial.skipped(trial.shard().has(0) ? 1 : 0);
      return;
    }
    TableChain chain = TableChain.of(mode);
    long part = 0;
    for (int readOnly = 0; readOnly < 2 << chain.top(); readOnly++) {
      for (int leaf = 1; leaf <= chain.top(); leaf++) {
        if (trial.stopped()) {
          return;
        }
        boolean exists = leaf == 1 || new PagingRules(role).hasLargePages(leaf);
        if (exists && trial.shard().has(part++)) {
          run(role, chain, readOnly, leaf, trial);
        }
      }
    }
  }

  /**
   * The cases of a subset.
   *
   * @param readOnly bit n stands for level n, bit 0 for the page
   * @param leaf the level of the leaf
   */
  private void run(Role role, TableChain chain, int readOnly, int leaf, Trial trial) {
    List<VectorSlot> slots = new ArrayList<>(chain.slotEach(readOnly));
    slots.add(new VectorSlot(LARGE_PAGE, 0x1000L, (readOnly & 1) != 0));
    List<VectorSlot> ram = new ArrayList<>(chain.slotEach(readOnly & 1));
    ram.add(slots.getLast());
    try (JudgedMachine machine = new JudgedMachine(this, trial, role, slots);
        JudgedMachine twin = new JudgedMachine(this, trial, role, ram)) {
      for (JudgedMachine each : List.of(machine, twin)) {
        chain.write(each, TableChain.ALL_RIGHTS);
        boolean _ = each.loadCr3(chain.table(chain.top()));
      }
      long offset =
          leaf == 1 ? 0 : chain.gva() & ((1L << PagingRules.shift(chain.mode(), leaf)) - 1);
      long gva = chain.gva() - (offset & -0x1000L); // the first page of a large one
      int levels = PagingRules.levelsInMemory(chain.mode()) - leaf + 1;
      for (long bits : LEAVES) {
        for (int set = 0; set < 2 << levels; set++) {
          setEntries(machine, chain, leaf, bits, set);
          setEntries(twin, chain, leaf, bits, set);
          for (int access : ACCESSES) {
            long answer = machine.accessLogged(gva, access);
            machine.requireAgreement(gva, access, answer, twin.accessLogged(gva, access), OF_AD);
          }
        }
      }
    }
  }

  /** Bits of {@code set}, lowest first: A of each level from the leaf up, then D of the leaf. */
  private static void setEntries(
      JudgedMachine machine, TableChain chain, int leaf, long leafBits, int set) {
    int top = PagingRules.levelsInMemory(chain.mode());
    for (int level = leaf; level <= top; level++) {
      long accessed = (set >>> (level - leaf) & 1) != 0 ? A : 0;
      long entry = chain.entry(level, TableChain.ALL_RIGHTS);
      if (level == leaf) {
        boolean dirty = set >>> (top - leaf + 1) != 0;
        long frame = leaf == 1 ? chain.table(0) : LARGE_PAGE | PS;
        entry = frame | leafBits | (dirty ? D : 0);
      }
      machine.store(chain.entryGpa(level), entry | accessed);
    }
  }
}
