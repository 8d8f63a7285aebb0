package org.pagestamp.codegen;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.profile.Profile;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.slot.UpdateMode;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptOption;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Role;

/**
 * The fixed set of classes with a second stage whose listings are approved and whose sizes are
 * bounded: what {@link WalkerMatrix} is in one dimension.
 */
final class TwoStageMatrix {
  private static final CpuFeatures INTEL = CpuFeatures.intel(46);
  private static final CpuFeatures AMD = new CpuFeatures(48, true, true);

  static final EptRole EPT4 =
      EptRole.of(
          EptMode.EPT4,
          46,
          EptOption.ACCESSED_DIRTY,
          EptOption.TWO_MEG_PAGES,
          EptOption.ONE_GIG_PAGES);
  private static final EptRole EVERYTHING =
      new EptRole(
          EptMode.EPT5,
          46,
          EnumSet.complementOf( // of KVM alone, of Bochs alone
              EnumSet.of(EptOption.USER_EXECUTE_UNCHECKED, EptOption.PML_ALWAYS_CHECKED)));
  private static final EptRole LOGGING =
      EptRole.of(EptMode.EPT4, 46, EptOption.ACCESSED_DIRTY, EptOption.PAGE_MODIFICATION_LOGGING);
  private static final EptRole PLAIN = EptRole.of(EptMode.EPT4, 46);
  private static final NptRole NPT =
      NptRole.of(Role.of(PagingMode.FOUR_LEVEL, AMD, Control.NXE), NptOption.GMET);
  private static final NptRole OLD_NPT =
      NptRole.of(Role.of(PagingMode.TWO_LEVEL, AMD, Control.PSE));
  private static final NptRole PAE_NPT = NptRole.of(Role.of(PagingMode.PAE, AMD, Control.NXE));

  static final Role FOUR_LEVEL = Role.of(PagingMode.FOUR_LEVEL, INTEL, Control.WP, Control.NXE);
  private static final Role PAE = Role.of(PagingMode.PAE, INTEL, Control.WP, Control.NXE);
  private static final Role TWO_LEVEL =
      Role.of(PagingMode.TWO_LEVEL, INTEL, Control.WP, Control.PSE);

  /** A class; the name is that of the file with the approved listing. */
  record Cell(String name, Supplier<WalkerClass> maker) {
    WalkerClass generate() {
      return maker.get();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private TwoStageMatrix() {}

  static List<Cell> cells() {
    SlotLayout accessor =
        SlotLayout.builder()
            .updateMode(UpdateMode.SINGLE_VCPU)
            .slot(0, 0x4000, Set.of(), Backing.of(new LongArrayAccessor(0x4000)))
            .build();
    List<Cell> cells = new ArrayList<>();
    add(cells, "ept4-ram", EPT4, Layouts.ram(1));
    add(cells, "ept4-rom", EPT4, Layouts.rom(1));
    add(cells, "ept4-logging-rom", LOGGING, Layouts.rom(1));
    add(cells, "ept4-without-updates-mixed", PLAIN, Layouts.of(2, 1));
    add(cells, "ept5-everything-mixed", EVERYTHING, Layouts.of(2, 1));
    add(cells, "npt-4-level-gmet-ram", NPT, Layouts.ram(1));
    add(cells, "npt-2-level-accessor", OLD_NPT, accessor);
    add(cells, "npt-pae-twelve-slots", PAE_NPT, Layouts.of(10, 2));
    Role noPaging = Role.of(PagingMode.NO_PAGING, INTEL);
    add(cells, "no-paging-over-ept4-ram", NestedRole.kvm(noPaging, EPT4), Layouts.ram(1));
    add(cells, "4-level-over-ept4-ram", NestedRole.kvm(FOUR_LEVEL, EPT4), Layouts.ram(1));
    add(cells, "4-level-over-ept4-rom", NestedRole.kvm(FOUR_LEVEL, EPT4), Layouts.rom(1));
    add(cells, "4-level-over-ept4-mixed", NestedRole.kvm(FOUR_LEVEL, EPT4), Layouts.of(2, 1));
    add(
        cells,
        "4-level-over-ept4-without-updates-ram",
        NestedRole.processor(FOUR_LEVEL, PLAIN),
        Layouts.ram(1));
    add(
        cells,
        "5-level-over-ept5-everything-ram",
        NestedRole.kvm(WalkerMatrix.ALL_CONTROLS, EVERYTHING),
        Layouts.ram(1));
    add(cells, "pae-over-ept4-ram", NestedRole.kvm(PAE, EPT4), Layouts.ram(1));
    add(cells, "pae-over-npt-2-level-mixed", NestedRole.processor(PAE, OLD_NPT), Layouts.of(2, 1));
    add(cells, "2-level-over-npt-4-level-ram", NestedRole.kvm(TWO_LEVEL, NPT), Layouts.ram(1));
    add(cells, "2-level-over-ept4-accessor", NestedRole.kvm(TWO_LEVEL, EPT4), accessor);
    add(
        cells,
        "4-level-of-qemu-over-npt-4-level-mixed",
        Profile.QEMU.nested(WalkerMatrix.fourLevel(Profile.QEMU), NPT),
        Layouts.of(2, 1));
    add(
        cells,
        "4-level-of-kvm-over-ept4-two-memories",
        Profile.KVM.nested(WalkerMatrix.fourLevel(Profile.KVM), EPT4),
        Layouts.segmentsAndAccessors(2));
    return cells;
  }

  private static void add(List<Cell> cells, String name, Stage2Role role, SlotLayout layout) {
    cells.add(new Cell(name, () -> new Stamper().generate(role, layout)));
  }

  private static void add(List<Cell> cells, String name, NestedRole role, SlotLayout layout) {
    cells.add(new Cell(name, () -> new Stamper().generate(role, layout)));
  }
}
