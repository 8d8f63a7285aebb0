package org.pagestamp.conformance.nested;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.conformance.rules.Stage2Rules;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.walk.Access;

/**
 * Tables of the guest in large pages of stage 2: in a slot that holds the whole page, and in a page
 * of which slots hold only its first 4 KiB and the tables. Accessed and dirty bits are set, so that
 * walks are common ones. A walk that takes a table for one at the page's start finds one there, and
 * succeeds elsewhere.
 */
final class NestedLargeGroup implements CaseGroup {
  private static final int[] ACCESSES = {
    Access.READ | Access.USER, Access.WRITE | Access.USER, Access.FETCH,
  };

  /** Where the pages begin of which little is in slots. */
  private static final long SPARSE = 0x4000_0000L;

  /** Of the slot that begins at 0 and holds large pages of 2 and of 4 MiB. */
  private static final long WHOLE = 0x40_0000L;

  @Override
  public String name() {
    return "nested-large";
  }

  @Override
  public String purpose() {
    return "tables of the guest at each level in large pages of stage 2";
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
    Stage2Roles.forEachChoice(mode, trial, NestedLargeGroup::run);
  }

  private static void run(NestedRole role, Trial trial) {
    Scene scene = Scene.marked(role);
    List<Scene.Position> leaves = leaves(role);
    Set<Long> pages = new TreeSet<>(Set.of(SPARSE));
    leaves.forEach(leaf -> pages.add(scene.placeIn(leaf, SPARSE) & -0x1000L));
    List<VectorSlot> sparse = new ArrayList<>(List.of(scene.slot()));
    pages.forEach(page -> sparse.add(new VectorSlot(page, 0x1000, false)));
    run(role, leaves, SPARSE, sparse, trial);
    leaves.removeIf(leaf -> leaf.stage2() > 2); // 1 GiB
    run(role, leaves, 0, List.of(new VectorSlot(0, WHOLE, false)), trial);
  }

  /** The positions in walks for tables at which stage 2 may have large pages. */
  private static List<Scene.Position> leaves(NestedRole role) {
    Stage2Rules rules = new Stage2Rules(role.stage2());
    List<Scene.Position> leaves = new ArrayList<>();
    for (int level = PagingRules.levels(role.guest().mode()); level > 0; level--) {
      for (int number = 2; number <= rules.levels(); number++) {
        if (rules.hasLargePages(number)) {
          leaves.add(new Scene.Position(level, number));
        }
      }
    }
    return leaves;
  }

  /**
   * Walks with each table in turn in a large page.
   *
   * @param frame where the large pages begin
   */
  private static void run(
      NestedRole role,
      List<Scene.Position> leaves,
      long frame,
      List<VectorSlot> slots,
      Trial trial) {
    Scene scene = Scene.marked(role);
    try (JudgedMachine machine = new JudgedMachine(trial, slots)) {
      scene.write(machine);
      JudgedGuest guest = machine.guest(role).root(scene.root());
      for (Scene.Position leaf : leaves) {
        Scene.Position entry = new Scene.Position(leaf.level(), 0);
        int width = scene.width(entry);
        machine.store(scene.placeIn(leaf, frame), scene.entry(entry), width);
        long start = frame | (scene.gpa(leaf.level()) & 0xFFF);
        machine.store(start, scene.misleading(leaf.level()), width);
        machine.store(scene.place(leaf), scene.large(frame), scene.width(leaf));
        if (guest.loadCr3(scene.cr3())) {
          for (int access : ACCESSES) {
            guest.access(scene.gva(), access);
          }
        }
        machine.store(scene.place(leaf), scene.entry(leaf), scene.width(leaf));
      }
    }
  }
}
