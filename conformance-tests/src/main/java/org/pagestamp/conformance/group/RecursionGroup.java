package org.pagestamp.conformance.group;

import static org.pagestamp.conformance.rules.PagingRules.A;
import static org.pagestamp.conformance.rules.PagingRules.D;
import static org.pagestamp.conformance.rules.PagingRules.NX;
import static org.pagestamp.conformance.rules.PagingRules.P;
import static org.pagestamp.conformance.rules.PagingRules.PS;
import static org.pagestamp.conformance.rules.PagingRules.U;
import static org.pagestamp.conformance.rules.PagingRules.W;

import java.util.List;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.conformance.rules.Roles;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

/**
 * Tables that are their own children, as kernels map their tables into their own address space: one
 * entry serves at several levels and, at last, as the leaf. It gets the union of what each level
 * sets.
 *
 * <p>Two pages of tables, whose entries lead to one another or to themselves in every way that two
 * bits of index can choose.
 */
final class RecursionGroup implements CaseGroup {
  private static final CpuFeatures CPU = new CpuFeatures(46, false, false);
  private static final long FIRST = 0x7000;
  private static final long SECOND = 0x8000;

  /** What the entries have besides rights. */
  private static final long[] BITS = {0, A, D, A | D, NX, PS};

  @Override
  public String name() {
    return "recursion";
  }

  @Override
  public String purpose() {
    return "tables that are their own children";
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
    Role role = Roles.of(mode, CPU, Control.WP, Control.NXE);
    if (!trial.subject().knows(role)) {
      trial.skipped(trial.shard().has(0) ? 1 : 0);
      return;
    }
    for (int readOnly = 0; readOnly < 4; readOnly++) {
      List<VectorSlot> slots =
          List.of(
              new VectorSlot(FIRST, 0x1000, (readOnly & 1) != 0),
              new VectorSlot(SECOND, 0x1000, (readOnly & 2) != 0));
      try (JudgedMachine machine = new JudgedMachine(this, trial, role, slots)) {
        run(machine, mode, trial);
      }
    }
  }

  /** Index 1 leads to the first page and 2 to the second, from both. */
  private static void run(JudgedMachine machine, PagingMode mode, Trial trial) {
    int width = PagingRules.entryBytes(mode);
    for (int bits = 0; bits < BITS.length * BITS.length && !trial.stopped(); bits++) {
      if (!trial.shard().has(bits)) {
        continue;
      }
      long one = BITS[bits / BITS.length] & (width == 4 ? ~NX : -1L);
      long other = BITS[bits % BITS.length] & (width == 4 ? ~NX : -1L);
      for (long rights : new long[] {P | W | U, P | U, P | W}) {
        if (mode == PagingMode.PAE) {
          loadPdptes(machine);
        }
        machine.store(FIRST + width, FIRST | rights | one);
        machine.store(FIRST + 2L * width, SECOND | P | W | U | other);
        machine.store(SECOND + width, FIRST | P | W | U | other);
        machine.store(SECOND + 2L * width, SECOND | rights | one);
        if (mode != PagingMode.PAE) {
          boolean _ = machine.loadCr3(FIRST);
        }
        walk(machine, mode);
      }
    }
  }

  /** In PAE paging the root cannot be a table of another level: level 2 is the first to recur. */
  private static void loadPdptes(JudgedMachine machine) {
    machine.store(FIRST + 8, FIRST | P);
    machine.store(FIRST + 16, SECOND | P);
    boolean _ = machine.loadCr3(FIRST);
  }

  private static void walk(JudgedMachine machine, PagingMode mode) {
    int levels = PagingRules.levels(mode);
    for (int path = 0; path < 1 << levels; path++) {
      long gva = 0x123;
      for (int level = 1; level <= levels; level++) {
        gva |= (long) (1 + (path >>> (level - 1) & 1)) << PagingRules.shift(mode, level);
      }
      for (int access : Roles.accesses()) {
        machine.accessLogged(gva, access);
      }
    }
  }
}
