package org.pagestamp.conformance.group;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pagestamp.conformance.Answers;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.ConformanceCase;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.VectorEntry;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/**
 * The rights check against a truth table of all combinations, made by a program of its own from the
 * rules of Intel SDM vol. 3, section 4.6. Each row is walked with the deciding bits at each level,
 * the other levels allowing everything.
 */
final class PermissionGroup implements CaseGroup {
  private static final long ALL_RIGHTS = EntryBits.P | EntryBits.W | EntryBits.U;
  private static final long TABLES = 0x10_0000L;
  private static final List<VectorSlot> SLOTS = List.of(new VectorSlot(TABLES, 0x6000, false));
  private static final int[] INDEXES = {0, 11, 9, 3, 5, 7};
  private static final long OFFSET = 0x678;

  @Override
  public String name() {
    return "permissions";
  }

  @Override
  public String purpose() {
    return "the truth table of U/S, R/W, NX, WP, SMEP, SMAP and AC, decided at each level";
  }

  @Override
  public boolean covers(PagingMode mode) {
    return mode != PagingMode.NO_PAGING;
  }

  @Override
  public void run(PagingMode mode, Trial trial) throws IOException {
    Map<Set<Control>, List<PermissionRow>> rows = new LinkedHashMap<>();
    for (PermissionRow row : PermissionRow.all()) {
      if (mode != PagingMode.TWO_LEVEL || !row.needsNx()) {
        rows.computeIfAbsent(Set.copyOf(row.controls()), _ -> new ArrayList<>()).add(row);
      }
    }
    for (Map.Entry<Set<Control>, List<PermissionRow>> entry : rows.entrySet()) {
      Role role = role(mode, entry.getKey());
      if (trial.subject().knows(role)) {
        run(role, entry.getValue(), trial);
      } else {
        trial.skipped((long) entry.getValue().size() * mode.topLevelInMemory());
      }
    }
  }

  private static Role role(PagingMode mode, Set<Control> controls) {
    Set<Control> relevant = new HashSet<>(controls);
    relevant.retainAll(Control.relevantIn(mode));
    return Role.of(mode, CpuFeatures.intel(40), relevant.toArray(Control[]::new));
  }

  private void run(Role role, List<PermissionRow> rows, Trial trial) {
    PagingMode mode = role.mode();
    try (Machine machine = new Machine(role, SLOTS, trial.subject().memoryKind())) {
      TriedMmu mmu = new TriedMmu(trial.subject(), machine);
      for (PermissionRow row : rows) {
        for (int deciding = 1; deciding <= mode.topLevelInMemory(); deciding++) {
          if (trial.stopped()) {
            return;
          }
          walk(machine, mmu, row, deciding, trial);
        }
      }
    }
  }

  private void walk(Machine machine, TriedMmu mmu, PermissionRow row, int deciding, Trial trial) {
    PagingMode mode = machine.role().mode();
    List<VectorEntry> memory = entries(mode, row, deciding);
    memory.forEach(entry -> machine.store(entry.gpa(), entry.value(), entry.width()));
    long cr3 = table(mode.topLevel());
    boolean write = (row.access() & Access.WRITE) != 0;
    long attributes = EntryBits.A | (write ? EntryBits.D : 0);
    long expected = row.expected(deciding, table(0), attributes);
    boolean fault = WalkResult.isFault(expected);
    long actual = Answers.CR3_REFUSED;
    if (mmu.loadCr3(cr3)) {
      actual = mmu.access(gva(mode), row.access());
    }
    List<String> problems =
        new ArrayList<>(
            mmu.threw()
                ? List.of(mmu.thrown())
                : Answers.differences(trial.subject(), expected, actual));
    List<VectorEntry> after = new ArrayList<>();
    for (VectorEntry entry : memory) {
      boolean pdpte = mode == PagingMode.PAE && entry.page() == cr3;
      boolean leaf = entry.page() == table(1);
      long flags = fault || pdpte ? 0 : leaf ? attributes : EntryBits.A;
      after.add(new VectorEntry(entry.gpa(), entry.value() | flags, entry.width()));
    }
    problems.addAll(machine.differences(after));
    if (problems.isEmpty()) {
      trial.passed(1);
      return;
    }
    ConformanceCase made =
        new ConformanceCase(machine.role(), SLOTS, memory, cr3, 0, 0, gva(mode), row.access());
    trial.failed(
        new CaseFailure(name(), trial.subject().name(), made, expected, actual, after, problems));
  }

  private static List<VectorEntry> entries(PagingMode mode, PermissionRow row, int deciding) {
    List<VectorEntry> entries = new ArrayList<>();
    for (int level = mode.topLevel(); level > 0; level--) {
      boolean pdpte = mode == PagingMode.PAE && level == 3;
      long bits = pdpte ? EntryBits.P : level == deciding ? row.bits() : ALL_RIGHTS;
      int width = mode.entryBytes();
      long gpa = table(level) + (long) index(mode, level) * width;
      entries.add(new VectorEntry(gpa, table(level - 1) | bits, width));
    }
    return entries;
  }

  /** The page of a level's table; level 0 stands for the page mapped. */
  private static long table(int level) {
    return TABLES + level * 0x1000L;
  }

  private static int index(PagingMode mode, int level) {
    return INDEXES[level] & (mode.level(level).entries() - 1);
  }

  private static long gva(PagingMode mode) {
    long gva = OFFSET;
    for (PagingLevel level : mode.levels()) {
      gva |= (long) index(mode, level.number()) << level.shift();
    }
    return gva;
  }
}
