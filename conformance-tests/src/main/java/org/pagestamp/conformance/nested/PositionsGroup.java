package org.pagestamp.conformance.nested;

import java.util.List;
import java.util.Set;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.walk.Access;

/**
 * Something wrong at each position of a walk in two dimensions, in either dimension: an entry that
 * is not present, one with a bit changed, a table in no slot; with accessed and dirty bits set
 * before, or clear. And the same in tables of one slot with all those bits set, where one entry is
 * all that keeps a walk from being common: a walker with a quick way for common walks must notice
 * by that entry alone.
 */
final class PositionsGroup implements CaseGroup {
  /** What is enough where most walks are common: rights are the matter of another group. */
  private static final int[] FEW_ACCESSES = {
    Access.READ | Access.USER, Access.WRITE | Access.USER, Access.FETCH | Access.USER, Access.FETCH,
  };

  private static final int[] ACCESSES = {
    Access.READ | Access.USER,
    Access.WRITE | Access.USER,
    Access.FETCH | Access.USER,
    Access.READ,
    Access.WRITE,
    Access.FETCH,
  };

  /** What is changed in an entry, beside taking all of it away. */
  private static final long[] CHANGES = {
    1L, 1L << 1, 1L << 2, 1L << 7, 7L << 3, 1L << 10, 1L << 50, 1L << 63,
  };

  /** The same where nothing else is amiss: also A and D, bits of the address, one to be ignored. */
  private static final long[] LONE_CHANGES = {
    1L, 1L << 1, 1L << 2, 1L << 5, 1L << 6, 1L << 7, 1L << 8, 1L << 9, 7L << 3, 1L << 10, 1L << 18,
    1L << 40, 1L << 50, 1L << 55, 1L << 63,
  };

  @Override
  public String name() {
    return "positions";
  }

  @Override
  public String purpose() {
    return "a fault at each position of a walk in two dimensions, with A and D afterwards";
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
    Stage2Roles.forEachChoice(mode, trial, PositionsGroup::run);
  }

  private static void run(NestedRole role, Trial trial) {
    Scene scene = new Scene(role);
    try (JudgedMachine machine = new JudgedMachine(trial, scene.slots(Set.of(), Set.of()))) {
      JudgedGuest guest = start(scene, machine, role);
      for (int marked = 0; marked < 4; marked++) {
        scene.mark(machine, true, (marked & 1) != 0);
        scene.mark(machine, false, (marked & 2) != 0);
        access(scene, guest);
        long[] changes = marked == 0 ? CHANGES : new long[] {1L << 1};
        changes(scene, machine, guest, changes);
      }
    }
    Scene common = Scene.marked(role);
    try (JudgedMachine machine = new JudgedMachine(trial, List.of(common.slot()))) {
      JudgedGuest guest = start(common, machine, role);
      access(common, guest);
      changes(common, machine, guest, LONE_CHANGES);
    }
    for (long hole : scene.pages()) {
      try (JudgedMachine machine = new JudgedMachine(trial, scene.slots(Set.of(), Set.of(hole)))) {
        access(scene, start(scene, machine, role));
      }
    }
  }

  private static JudgedGuest start(Scene scene, JudgedMachine machine, NestedRole role) {
    scene.write(machine);
    JudgedGuest guest = machine.guest(role).root(scene.root());
    boolean _ = guest.loadCr3(scene.cr3());
    return guest;
  }

  private static void changes(
      Scene scene, JudgedMachine machine, JudgedGuest guest, long[] changes) {
    for (Scene.Position position : scene.positions()) {
      if (machine.stopped()) {
        return;
      }
      change(scene, machine, guest, position, changes);
    }
  }

  private static void change(
      Scene scene,
      JudgedMachine machine,
      JudgedGuest guest,
      Scene.Position position,
      long[] changes) {
    long place = scene.place(position);
    int width = scene.width(position);
    long entry = machine.load(place, width);
    machine.store(place, 0, width);
    access(scene, guest);
    for (long change : changes) {
      if (width == Long.BYTES || change >>> 32 == 0) {
        machine.store(place, entry ^ change, width);
        access(scene, guest);
      }
    }
    machine.store(place, entry, width);
  }

  private static void access(Scene scene, JudgedGuest guest) {
    for (int access : scene.isMarked() ? FEW_ACCESSES : ACCESSES) {
      guest.access(scene.gva(), access);
    }
  }
}
