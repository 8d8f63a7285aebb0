package org.pagestamp.conformance.nested;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.rules.Roles;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.walk.Access;

/**
 * Page-modification logging in two dimensions: the log runs full at each of the walks of stage 2,
 * with accessed and dirty bits set and clear before, and at the one leaf that is not dirty yet.
 */
final class NestedLogGroup implements CaseGroup {
  private static final long LOG = 0x10_0000L;
  private static final int FULL = 0xFFFF;
  private static final int[] ACCESSES = {
    Access.READ | Access.USER, Access.WRITE | Access.USER, Access.FETCH | Access.USER,
  };

  @Override
  public String name() {
    return "nested-log";
  }

  @Override
  public String purpose() {
    return "a page-modification log that runs full at each walk of stage 2";
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
    Role guest =
        Roles.of(mode, new CpuFeatures(52, true, false), Control.WP, Control.NXE, Control.PSE);
    long part = 0;
    for (EptMode format : EptMode.values()) {
      for (Stage2Role stage2 : Stage2LogGroup.withLog(format)) {
        Trial one = trial.ofMode(Stage2Labels.of(mode, stage2));
        for (NestedRole role : Stage2Roles.choices(guest, stage2)) {
          if (!trial.shard().has(part++) || one.stopped()) {
            continue;
          }
          if (trial.subject().stage2().isEmpty()) {
            one.skipped(1);
          } else {
            run(role, one);
          }
        }
      }
    }
  }

  private static void run(NestedRole role, Trial trial) {
    int walks = 2 * (role.guest().mode().topLevel() + 1);
    Scene scene = new Scene(role);
    List<VectorSlot> slots = new ArrayList<>(scene.slots(Set.of(), Set.of()));
    slots.add(new VectorSlot(LOG, 0x1000, false));
    try (JudgedMachine machine = new JudgedMachine(trial, slots)) {
      JudgedGuest guest = start(scene, machine, role);
      for (int marked = 0; marked < 4; marked++) {
        scene.mark(machine, true, (marked & 1) != 0);
        scene.mark(machine, false, (marked & 2) != 0);
        for (int left = 0; left <= walks; left++) {
          tryAll(guest, scene, left);
        }
      }
    }
    Scene common = Scene.marked(role);
    try (JudgedMachine machine =
        new JudgedMachine(trial, List.of(common.slot(), new VectorSlot(LOG, 0x1000, false)))) {
      JudgedGuest guest = start(common, machine, role);
      tryAll(guest, common, 0);
      for (Scene.Position position : common.positions()) {
        long entry = common.entry(position);
        int width = common.width(position);
        machine.store(common.place(position), entry & ~common.settable(position), width);
        tryAll(guest, common, 0);
        tryAll(guest, common, 1);
        machine.store(common.place(position), entry, width);
      }
    }
  }

  private static JudgedGuest start(Scene scene, JudgedMachine machine, NestedRole role) {
    scene.write(machine);
    JudgedGuest guest = machine.guest(role).root(scene.root());
    guest.log(LOG, 511);
    boolean _ = guest.loadCr3(scene.cr3());
    return guest;
  }

  /** Accesses with so many entries left in the log; loading CR3 may take one, too. */
  private static void tryAll(JudgedGuest guest, Scene scene, int left) {
    guest.log(LOG, left == 0 ? FULL : left - 1);
    for (int access : ACCESSES) {
      guest.access(scene.gva(), access);
    }
    if (guest.role().guest().mode() == PagingMode.PAE) {
      boolean _ = guest.loadCr3(scene.cr3());
    }
  }
}
