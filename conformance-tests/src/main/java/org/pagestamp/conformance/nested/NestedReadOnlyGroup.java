package org.pagestamp.conformance.nested;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.rules.Roles;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedOption;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.PdpteAccess;
import org.pagestamp.nested.TableAccess;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.walk.Access;

/**
 * Tables of both dimensions in read-only slots, every subset of levels: a table of a read-only slot
 * is read as any other, keeps its bits, and is not logged; the others get theirs; the access has
 * the outcome that it has in RAM (KVM: "allow page tables to be in read-only slots").
 */
final class NestedReadOnlyGroup implements CaseGroup {
  private static final int[] ACCESSES = {
    Access.READ | Access.USER, Access.WRITE | Access.USER, Access.FETCH, Access.WRITE,
  };

  @Override
  public String name() {
    return "nested-read-only";
  }

  @Override
  public String purpose() {
    return "tables of both dimensions in read-only slots, every subset of levels";
  }

  @Override
  public boolean covers(PagingMode mode) {
    return true;
  }

  @Override
  public boolean isDivisible() {
    return true;
  }

  /** The guest's role over a stage 2 of as many levels, and over others. */
  private static List<NestedRole> roles(PagingMode mode) {
    CpuFeatures cpu = new CpuFeatures(52, true, false);
    Role guest = Roles.of(mode, cpu, Control.WP, Control.NXE, Control.PSE);
    List<NestedRole> roles = new ArrayList<>();
    Stage2Role dirty = Stage2Roles.ept(EptMode.EPT4, EptOption.ACCESSED_DIRTY);
    switch (mode) {
      case FIVE_LEVEL ->
          roles.add(NestedRole.kvm(guest, Stage2Roles.ept(EptMode.EPT5, EptOption.ACCESSED_DIRTY)));
      case FOUR_LEVEL -> {
        roles.add(NestedRole.kvm(guest, dirty));
        roles.add(NestedRole.kvm(guest, Stage2Roles.npt(PagingMode.FOUR_LEVEL)));
        PdpteAccess none = PdpteAccess.LOADED_AS_TABLE;
        roles.add(new NestedRole(guest, dirty, TableAccess.WRITE_TO_UPDATE, none));
        roles.add(NestedRole.processor(guest, Stage2Roles.ept(EptMode.EPT4)));
        roles.add(NestedRole.kvm(guest, dirty).with(NestedOption.GUEST_FRAME_MARKED));
      }
      case PAE -> {
        roles.add(NestedRole.kvm(guest, dirty));
        roles.add(NestedRole.processor(guest, Stage2Roles.npt(PagingMode.PAE)));
      }
      case NO_PAGING, TWO_LEVEL -> {
        roles.add(NestedRole.kvm(guest, dirty));
        roles.add(NestedRole.kvm(guest, Stage2Roles.npt(PagingMode.TWO_LEVEL)));
        roles.add(NestedRole.kvm(guest, Stage2Roles.npt(PagingMode.PAE)));
      }
    }
    return roles;
  }

  @Override
  public void run(PagingMode mode, Trial trial) {
    long part = 0;
    for (NestedRole role : roles(mode)) {
      Trial one = trial.ofMode(Stage2Labels.of(mode, role.stage2()));
      int levels = mode.topLevel() + 1 + role.stage2().format().topLevel();
      for (int readOnly = 0; readOnly < 1 << levels; readOnly++) {
        if (trial.shard().has(part++) && !one.stopped()) {
          run(role, readOnly, one);
        }
      }
    }
  }

  /**
   * The cases of a subset.
   *
   * @param readOnly bit n stands for the guest's table of level n, bit 0 for the page; the bits
   *     above for the levels of stage 2, the lowest first
   */
  private static void run(NestedRole role, int readOnly, Trial trial) {
    if (trial.subject().stage2().isEmpty()) {
      trial.skipped(1);
      return;
    }
    Scene scene = new Scene(role);
    Set<Long> pages = new TreeSet<>();
    int guests = role.guest().mode().topLevel() + 1;
    for (Scene.Position position : scene.positions()) {
      int bit = position.stage2() == 0 ? position.level() : guests + position.stage2() - 1;
      if ((readOnly >>> bit & 1) != 0) {
        pages.add(scene.place(position) & -0x1000L);
      }
    }
    if ((readOnly & 1) != 0) {
      pages.add(scene.page());
    }
    try (JudgedMachine machine = new JudgedMachine(trial, scene.slots(pages, Set.of()))) {
      scene.write(machine);
      JudgedGuest guest = machine.guest(role).root(scene.root());
      if (!guest.loadCr3(scene.cr3())) {
        return;
      }
      for (int marked = 0; marked < 4; marked++) {
        scene.mark(machine, true, (marked & 1) != 0);
        scene.mark(machine, false, (marked & 2) != 0);
        for (int access : ACCESSES) {
          guest.access(scene.gva(), access);
        }
      }
    }
  }
}
