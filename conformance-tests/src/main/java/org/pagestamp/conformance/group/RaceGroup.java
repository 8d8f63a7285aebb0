package org.pagestamp.conformance.group;

import static org.pagestamp.conformance.rules.PagingRules.A;
import static org.pagestamp.conformance.rules.PagingRules.D;
import static org.pagestamp.conformance.rules.PagingRules.FRAME;
import static org.pagestamp.conformance.rules.PagingRules.NX;
import static org.pagestamp.conformance.rules.PagingRules.P;
import static org.pagestamp.conformance.rules.PagingRules.PS;
import static org.pagestamp.conformance.rules.PagingRules.PWT;
import static org.pagestamp.conformance.rules.PagingRules.U;
import static org.pagestamp.conformance.rules.PagingRules.W;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.InterferingAccessor;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.conformance.rules.Roles;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.Walker;

/**
 * Entries that another virtual CPU changes under a walk, between the read of an entry and the
 * setting of its A and D: every kind of change, to the entry itself or to another level's, once,
 * later, or again and again. {@link ExpectedRace} states what must come of it.
 *
 * <p>Needs memory that calls back before each compare-and-set, so only subjects that walk a {@link
 * Machine#layout()} can be tried; others are skipped.
 */
final class RaceGroup implements CaseGroup {
  private static final CpuFeatures CPU = new CpuFeatures(40, true, false);
  private static final int DENIED_KEY = 6;
  private static final long HOLE = 0x7000_0000L;
  private static final int ALWAYS = Integer.MAX_VALUE;

  private static final int[] ACCESSES = {
    Access.READ | Access.USER, Access.WRITE | Access.USER, Access.WRITE, Access.FETCH | Access.USER,
  };

  @Override
  public String name() {
    return "race";
  }

  @Override
  public String purpose() {
    return "entries that change between their being read and their A and D being set";
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
    Role role = Roles.of(mode, CPU, Control.WP, Control.NXE, Control.PSE, Control.PKE);
    if (!(trial.subject() instanceof WalkerSubject)) {
      trial.skipped(trial.shard().has(0) ? 1 : 0);
      return;
    }
    TableChain chain = TableChain.of(mode);
    TableChain elsewhere = chain.at(chain.base() + 0x10_0000L);
    int top = PagingRules.levelsInMemory(mode);
    for (int part = 0; part < 2 * top; part++) {
      if (trial.shard().has(part)) {
        run(role, chain, elsewhere, part % 2 != 0, 1 + part / 2, trial);
      }
    }
  }

  /** The cases in which the entry of one level is watched for its update. */
  private void run(
      Role role,
      TableChain chain,
      TableChain elsewhere,
      boolean readOnlyTop,
      int watched,
      Trial trial) {
    // The top level's table in ROM is never updated, so nothing can interfere there.
    int readOnly = readOnlyTop ? 1 << PagingRules.levelsInMemory(role.mode()) : 0;
    List<VectorSlot> slots = new ArrayList<>(chain.slotEach(readOnly));
    slots.add(elsewhere.slot());
    OtherVcpu[] current = new OtherVcpu[1];
    Machine[] made = new Machine[1];
    made[0] =
        new Machine(
            role,
            slots,
            memory ->
                new InterferingAccessor(
                    memory, gpa -> current[0].beforeUpdate(gpa, new Direct(made[0]))));
    try (JudgedMachine machine = new JudgedMachine(this, trial, slots, made[0])) {
      chain.write(machine, TableChain.ALL_RIGHTS);
      elsewhere.write(machine, TableChain.ALL_RIGHTS);
      boolean _ = machine.loadCr3(chain.table(chain.top()));
      machine.keys(3 << (2 * DENIED_KEY), 0);
      for (OtherVcpu other : others(chain, elsewhere, watched)) {
        current[0] = other;
        if (trial.stopped()) {
          return;
        }
        walk(machine, chain, other);
      }
    }
  }

  /** The machine's memory. */
  private record Direct(Machine machine) implements OtherVcpu.Memory {
    private int width() {
      return PagingRules.entryBytes(machine.role().mode());
    }

    @Override
    public long load(long gpa) {
      return machine.load(gpa, width());
    }

    @Override
    public void store(long gpa, long value) {
      machine.store(gpa, value, width());
    }
  }

  private static List<OtherVcpu> others(TableChain chain, TableChain elsewhere, int watched) {
    List<OtherVcpu> others = new ArrayList<>();
    long at = chain.entryGpa(watched);
    for (int written = 1; written <= PagingRules.levelsInMemory(chain.mode()); written++) {
      long to = chain.entryGpa(written);
      for (LongUnaryOperator change : changes(elsewhere, written)) {
        for (int first = 0; first < 2; first++) {
          others.add(new OtherVcpu(at, to, change, first, 1));
          others.add(new OtherVcpu(at, to, change, first, ALWAYS));
        }
      }
    }
    // An entry that rests in the last try, or only after it.
    for (int times = Walker.MAX_TRIES - 2; times <= Walker.MAX_TRIES + 1; times++) {
      others.add(new OtherVcpu(at, at, entry -> entry ^ PWT, 0, times));
    }
    return others;
  }

  private static List<LongUnaryOperator> changes(TableChain elsewhere, int level) {
    List<LongUnaryOperator> changes = new ArrayList<>();
    changes.add(entry -> entry | A);
    changes.add(entry -> entry | A | D);
    changes.add(entry -> entry & ~A);
    changes.add(entry -> entry ^ PWT);
    changes.add(entry -> entry & ~P);
    changes.add(entry -> 0);
    changes.add(entry -> entry & ~W);
    changes.add(entry -> entry & ~U);
    changes.add(entry -> elsewhere.entry(level, entry & 0xFFF)); // points elsewhere
    changes.add(entry -> (entry & ~FRAME) | HOLE);
    changes.add(entry -> (entry & ~FRAME) | PS | 0x4000_0000L);
    changes.add(entry -> entry | PS | 1L << 20); // a frame that no large page of 2 MiB has
    if (PagingRules.entryBytes(elsewhere.mode()) == 8) {
      changes.add(entry -> entry | NX);
      changes.add(entry -> entry | 1L << 51);
      changes.add(entry -> entry ^ 1L << 53); // ignored in long mode, reserved in PAE paging
    }
    if (PagingRules.isLong(elsewhere.mode())) {
      changes.add(entry -> entry | (long) DENIED_KEY << PagingRules.KEY_SHIFT);
    }
    return changes;
  }

  /** A and D clear everywhere, then A set, so that D alone is to be set, then both. */
  private static void walk(JudgedMachine machine, TableChain chain, OtherVcpu other) {
    for (long bits : new long[] {0, A, A | D}) {
      chain.write(machine, TableChain.ALL_RIGHTS | bits);
      for (int access : ACCESSES) {
        machine.accessContended(chain.gva(), access, other);
      }
    }
  }
}
