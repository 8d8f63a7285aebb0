package org.pagestamp.conformance.nested;

import java.util.List;
import java.util.Set;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.conformance.rules.Roles;
import org.pagestamp.conformance.rules.Stage2Rules;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.walk.Access;

/**
 * Rights of both dimensions together: every combination in the guest's leaf with every one in the
 * leaf of stage 2 for the page, and for the guest's own table; and all pairs of page sizes. With
 * accessed and dirty bits clear, and, but for the guest's table, of which {@link PositionsGroup}
 * has enough, again with all of them set and all tables in one slot.
 */
final class NestedRightsGroup implements CaseGroup {
  private static final int[] ACCESSES = {
    Access.READ | Access.USER,
    Access.WRITE | Access.USER,
    Access.FETCH | Access.USER,
    Access.READ,
    Access.WRITE,
    Access.FETCH,
    Access.READ | Access.AC,
    Access.READ | Access.IMPLICIT,
  };

  private static final long EPT_RIGHTS = 7 | 1 << 10;
  private static final long KEY = 5L << PagingRules.KEY_SHIFT;

  @Override
  public String name() {
    return "nested-rights";
  }

  @Override
  public String purpose() {
    return "rights of the guest x rights of stage 2 x access, and every pair of page sizes";
  }

  @Override
  public boolean covers(PagingMode mode) {
    return true;
  }

  @Override
  public boolean isDivisible() {
    return true;
  }

  @Override
  public void run(PagingMode mode, Trial trial) {
    CpuFeatures cpu = new CpuFeatures(52, true, false);
    List<Role> guests =
        List.of(
            Roles.of(mode, cpu, Control.WP, Control.NXE, Control.PSE, Control.PKE),
            Roles.of(mode, cpu, Control.SMEP, Control.SMAP, Control.PSE, Control.PKS));
    long part = 0;
    for (Role guest : guests) {
      for (Stage2Role stage2 : Stage2Roles.ofGuests()) {
        if (trial.shard().has(part++) && !trial.stopped()) {
          run(NestedRole.kvm(guest, stage2), trial.ofMode(Stage2Labels.of(mode, stage2)));
        }
      }
    }
  }

  private static void run(NestedRole role, Trial trial) {
    if (trial.subject().stage2().isEmpty()) {
      trial.skipped(1);
      return;
    }
    Scene scene = new Scene(role);
    run(role, scene, scene.slots(Set.of(), Set.of()), trial);
    Scene marked = Scene.marked(role);
    run(role, marked, List.of(marked.slot()), trial);
  }

  private static void run(NestedRole role, Scene scene, List<VectorSlot> slots, Trial trial) {
    try (JudgedMachine machine = new JudgedMachine(trial, slots)) {
      scene.write(machine);
      JudgedGuest guest = machine.guest(role).root(scene.root());
      if (guest.loadCr3(scene.cr3())) {
        guest.keys(0x2 << 10, 0x1 << 10); // of key 5
        rights(scene, machine, guest, new Scene.Position(0, 1));
        if (role.guest().mode() != PagingMode.NO_PAGING) {
          if (!scene.isMarked()) {
            rights(scene, machine, guest, new Scene.Position(1, 1));
          }
          sizes(scene, machine, guest);
        }
      }
    }
  }

  private static void rights(
      Scene scene, JudgedMachine machine, JudgedGuest guest, Scene.Position stage2) {
    boolean ept = new Stage2Rules(guest.role().stage2()).isEpt();
    boolean wide = scene.width(stage2) == Long.BYTES;
    long bits = ept ? EPT_RIGHTS : 7 | (wide ? PagingRules.NX : 0);
    for (long rights : Stage2RightsGroup.subsets(bits)) {
      long entry = (scene.entry(stage2) & ~bits) | rights;
      machine.store(scene.place(stage2), entry, scene.width(stage2));
      if (guest.role().guest().mode() == PagingMode.NO_PAGING) {
        access(scene, guest);
      } else {
        guestRights(scene, machine, guest);
      }
    }
    machine.store(scene.place(stage2), scene.entry(stage2), scene.width(stage2));
  }

  private static void guestRights(Scene scene, JudgedMachine machine, JudgedGuest guest) {
    Scene.Position leaf = new Scene.Position(1, 0);
    boolean wide = scene.width(leaf) == Long.BYTES;
    long rights = PagingRules.W | PagingRules.U | (wide ? PagingRules.NX : 0);
    long key = PagingRules.isLong(guest.role().guest().mode()) ? KEY : 0;
    for (long set : Stage2RightsGroup.subsets(rights | key)) {
      if ((set & key) == 0 || (set & key) == key) {
        long entry = (scene.entry(leaf) & ~rights) | set;
        machine.store(scene.place(leaf), entry, scene.width(leaf));
        access(scene, guest);
      }
    }
    machine.store(scene.place(leaf), scene.entry(leaf), scene.width(leaf));
  }

  /** Where the guest's page is larger than that of stage 2, its address may have no page there. */
  private static void sizes(Scene scene, JudgedMachine machine, JudgedGuest guest) {
    PagingMode mode = guest.role().guest().mode();
    PagingRules rules = new PagingRules(guest.role().guest());
    Stage2Rules stage2 = new Stage2Rules(guest.role().stage2());
    for (int guests = 1; guests <= PagingRules.levels(mode); guests++) {
      Scene.Position leaf = new Scene.Position(guests, 0);
      if (rules.isLeaf(guests, PagingRules.PS)) {
        long frame = scene.entry(new Scene.Position(1, 0));
        long inPage = PagingRules.bits(PagingRules.shift(mode, guests) - 1, 12);
        long large = guests == 1 ? frame : (frame & ~inPage) | PagingRules.PS;
        long pat = guests == 1 ? 1L << 7 : 1L << 12;
        for (long more : Stage2RightsGroup.subsets(pat | 3 << 3 | 1 << 8)) {
          machine.store(scene.place(leaf), large ^ more, scene.width(leaf));
          stage2Sizes(scene, machine, guest, stage2);
        }
        machine.store(scene.place(leaf), scene.entry(leaf), scene.width(leaf));
      }
    }
  }

  private static void stage2Sizes(
      Scene scene, JudgedMachine machine, JudgedGuest guest, Stage2Rules stage2) {
    access(scene, guest);
    for (int level = 2; level <= stage2.levels(); level++) {
      if (stage2.hasLargePages(level)) {
        Scene.Position position = new Scene.Position(0, level);
        long types = stage2.isEpt() ? 6 << 3 : 1 << 12;
        long rights = scene.entry(position) & 7;
        long leaf = 0x4000_0000L | rights | types | 1 << 7 | scene.marksOfLeaf();
        machine.store(scene.place(position), leaf, scene.width(position));
        access(scene, guest);
        machine.store(scene.place(position), scene.entry(position), scene.width(position));
      }
    }
  }

  private static void access(Scene scene, JudgedGuest guest) {
    for (int access : ACCESSES) {
      guest.access(scene.gva(), access);
    }
  }
}
