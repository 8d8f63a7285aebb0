package org.pagestamp.conformance.group;

import static org.pagestamp.conformance.rules.PagingRules.A;
import static org.pagestamp.conformance.rules.PagingRules.D;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.conformance.rules.Roles;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;

/**
 * The lookup of slots, for one slot up to as many as KVM has: the slot of an address is the one
 * with base &lt;= address &lt; base + size, or there is none.
 *
 * <p>Each slot in turn holds the leaf's table, and its upper tables are in slots before it; then
 * the leaf points to the bytes before and at the slot's base, and to its last byte and the one
 * after. Some slots are adjacent, some have a hole between them, every third is read-only, and
 * every fifth has two pages. Without paging the addresses themselves are looked up.
 */
final class SlotsGroup implements CaseGroup {
  /** Numbers that lookups by comparison, by table and by search are made for, and their edges. */
  private static final int[] COUNTS = {1, 2, 8, 64, 509, 4_096, 32_764};

  /** More are tried once only, since they take their time and 160 MB. */
  private static final int USUAL = 4_096;

  private static final CpuFeatures CPU = new CpuFeatures(46, true, false);
  private static final long FIRST = 0x10_0000L;
  private static final int TABLES = 5;

  @Override
  public String name() {
    return "slots";
  }

  @Override
  public String purpose() {
    return "1 to 32,764 slots: their first and last bytes, and those beside them";
  }

  @Override
  public boolean covers(PagingMode mode) {
    return true;
  }

  @Override
  public void run(PagingMode mode, Trial trial) {
    Role role = Roles.of(mode, CPU, Control.WP);
    if (!trial.subject().knows(role)) {
      trial.skipped(COUNTS.length);
      return;
    }
    boolean isNative = trial.subject().memoryKind() == MemoryKind.NATIVE;
    runWithoutSlots(role, trial);
    run(role, slotsOfTwoMegabytes(), trial);
    for (int count : COUNTS) {
      for (Spread spread : Spread.values()) {
        if (count > trial.walks() || trial.stopped()) {
          return; // each slot is walked through
        }
        if (count <= USUAL || (spread == Spread.MIXED && isNative)) {
          run(role, spread.slots(count), trial);
        }
      }
    }
  }

  private void runWithoutSlots(Role role, Trial trial) {
    try (JudgedMachine machine = new JudgedMachine(this, trial, role, List.of())) {
      if (role.mode() != PagingMode.NO_PAGING) {
        boolean _ = machine.loadCr3(FIRST);
      }
      machine.access(FIRST, Access.READ);
    }
  }

  /**
   * More than are told apart by compares, each some pages more or less than the 2 MiB that a lookup
   * table may have entries for, and beginning at, before or after a multiple of that. One more is
   * so far away that a table of single pages would be large.
   */
  private static List<VectorSlot> slotsOfTwoMegabytes() {
    long granule = 0x20_0000L;
    List<VectorSlot> slots = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      long base = (2L * i + 1) * granule + (i / 3 % 3 - 1) * 0x1000L;
      slots.add(new VectorSlot(base, granule + (i % 3 - 1) * 0x1000L, i % 4 == 3));
    }
    slots.add(new VectorSlot(0xC000_0000L, 0x1000, false));
    return slots;
  }

  /** How slots lie to one another. */
  private enum Spread {
    ADJACENT,
    MIXED,
    FAR;

    /** So many slots, lowest first. */
    List<VectorSlot> slots(int count) {
      List<VectorSlot> slots = new ArrayList<>();
      long base = FIRST;
      for (int i = 0; i < count; i++) {
        long size = i % 5 == 4 ? 0x2000 : 0x1000;
        slots.add(new VectorSlot(base, size, i % 3 == 1));
        base += size + holeAfter(i, count);
      }
      return slots;
    }

    private long holeAfter(int slot, int count) {
      return switch (this) {
        case ADJACENT -> 0;
        case MIXED -> slot % 2 == 0 ? 0 : 0x1000L << slot % 4;
        case FAR -> 0xF000_0000L / count & -0x1000L; // ends below 4 GiB, for entries of 32 bits
      };
    }
  }

  private void run(Role role, List<VectorSlot> slots, Trial trial) {
    try (JudgedMachine machine = new JudgedMachine(this, trial, role, slots)) {
      for (int i = 0; i < slots.size() && !trial.stopped(); i++) {
        if (role.mode() == PagingMode.NO_PAGING) {
          for (long gpa : edges(slots.get(i))) {
            machine.access(gpa, Access.READ);
          }
        } else {
          walkThrough(machine, role.mode(), slots, i);
        }
      }
    }
  }

  private static long[] edges(VectorSlot slot) {
    long end = slot.baseGpa() + slot.byteSize();
    return new long[] {slot.baseGpa() - 1, slot.baseGpa(), end - 1, end};
  }

  private static void walkThrough(
      JudgedMachine machine, PagingMode mode, List<VectorSlot> slots, int number) {
    int width = PagingRules.entryBytes(mode);
    int top = PagingRules.levels(mode);
    long[] tables = new long[TABLES + 1];
    for (int level = 1; level <= top; level++) {
      // Slots far and near; where there are few, levels share a page and have an entry each.
      VectorSlot slot = slots.get((int) ((number + (level - 1) * 7_919L) % slots.size()));
      tables[level] = slot.baseGpa() + slot.byteSize() - 0x1000;
    }
    for (int level = 2; level <= top; level++) {
      boolean pdpte = mode == PagingMode.PAE && level == 3;
      long rights = pdpte ? PagingRules.P : TableChain.ALL_RIGHTS | A;
      machine.store(tables[level] + (long) index(level) * width, tables[level - 1] | rights);
    }
    boolean _ = machine.loadCr3(tables[top]);
    long gva = 0;
    for (int level = 1; level <= top; level++) {
      gva |= (long) index(level) << PagingRules.shift(mode, level);
    }
    long leaf = tables[1] + (long) index(1) * width;
    for (long gpa : edges(slots.get(number))) {
      machine.store(leaf, (gpa & -0x1000L) | TableChain.ALL_RIGHTS);
      machine.access(gva | (gpa & 0xFFF), Access.WRITE | Access.USER);
      machine.store(leaf, (gpa & -0x1000L) | TableChain.ALL_RIGHTS | A | D);
      machine.access(gva | (gpa & 0xFFF), Access.WRITE | Access.USER);
    }
    // A table just beside the slot is in its neighbour or in none.
    VectorSlot slot = slots.get(number);
    long beside = number % 2 == 0 ? slot.baseGpa() - 0x1000 : slot.baseGpa() + slot.byteSize();
    long directory = tables[2] + (long) index(2) * width;
    machine.store(directory, beside | TableChain.ALL_RIGHTS);
    machine.access(gva, Access.READ);
    machine.store(directory, 0);
    machine.store(leaf, 0);
  }

  /** Small enough for the four entries of a PDPT, and different where levels share a page. */
  private static int index(int level) {
    return new int[] {0, 8, 9, 3, 5, 7}[level];
  }
}
