package org.pagestamp.codegen;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pagestamp.choice.Choices;
import org.pagestamp.choice.ReadOnlyTables;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.profile.Profile;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.slot.UpdateMode;

/**
 * The fixed set of classes whose listings are approved and whose sizes are bounded: a role of each
 * mode over RAM, ROM and both, 4-level paging over every other kind of layout, and roles of
 * profiles over the layout that they differ in.
 */
final class WalkerMatrix {
  private static final CpuFeatures INTEL = CpuFeatures.intel(46);
  private static final CpuFeatures AMD = new CpuFeatures(48, true, true);
  static final Role ALL_CONTROLS =
      Role.of(
          PagingMode.FIVE_LEVEL,
          AMD,
          Control.relevantIn(PagingMode.FIVE_LEVEL).toArray(Control[]::new));

  /** PDPTEs in memory, accessed bits at once. */
  private static final Role QEMU_PAE =
      Profile.QEMU.role(PagingMode.PAE, INTEL, Control.WP, Control.NXE);

  /** Keys before the rights of the leaf, SMAP that heeds EFLAGS.AC always. */
  private static final Role BOCHS =
      Profile.BOCHS.role(
          PagingMode.FOUR_LEVEL,
          INTEL,
          Control.WP,
          Control.NXE,
          Control.SMAP,
          Control.PKE,
          Control.PKS);

  /** A debugger's. */
  static final Role WITHOUT_UPDATES =
      Role.of(
          PagingMode.FOUR_LEVEL,
          INTEL,
          Choices.of(ReadOnlyTables.NONE),
          Control.WP,
          Control.NXE,
          Control.SMEP);

  /** A role and a layout; the name is that of the file with the approved listing. */
  record Cell(String name, Role role, SlotLayout layout) {
    WalkerClass generate() {
      return new Stamper().generate(role, layout);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private WalkerMatrix() {}

  static List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    add(cells, Role.of(PagingMode.NO_PAGING, INTEL), common());
    add(cells, Role.of(PagingMode.TWO_LEVEL, INTEL, Control.WP, Control.PSE), common());
    add(cells, Role.of(PagingMode.PAE, INTEL, Control.WP, Control.NXE), common());
    add(cells, Layouts.FOUR_LEVEL, common());
    add(cells, ALL_CONTROLS, common());
    add(cells, Layouts.FOUR_LEVEL, special());
    SlotLayout mixed = Layouts.of(2, 1);
    cells.add(new Cell("pae-of-qemu-mixed", QEMU_PAE, mixed));
    cells.add(new Cell("4-level-of-bochs-mixed", BOCHS, mixed));
    cells.add(new Cell("4-level-of-intel-mixed", fourLevel(Profile.INTEL), mixed));
    cells.add(new Cell("4-level-of-amd-mixed", fourLevel(Profile.AMD), mixed));
    cells.add(new Cell("4-level-without-updates-ram", WITHOUT_UPDATES, Layouts.ram(1)));
    return cells;
  }

  /** The controls of {@link Layouts#FOUR_LEVEL}. */
  static Role fourLevel(Profile profile) {
    return profile.role(PagingMode.FOUR_LEVEL, INTEL, Control.WP, Control.NXE, Control.SMEP);
  }

  private static void add(List<Cell> cells, Role role, Map<String, SlotLayout> layouts) {
    layouts.forEach(
        (name, layout) -> cells.add(new Cell(role.mode().label() + "-" + name, role, layout)));
  }

  private static Map<String, SlotLayout> common() {
    Map<String, SlotLayout> layouts = new LinkedHashMap<>();
    layouts.put("ram", Layouts.ram(1));
    layouts.put("rom", Layouts.rom(1));
    layouts.put("mixed", Layouts.of(2, 1));
    return layouts;
  }

  private static Map<String, SlotLayout> special() {
    Map<String, SlotLayout> layouts = new LinkedHashMap<>();
    layouts.put("twelve-slots", Layouts.of(10, 2));
    layouts.put("twelve-memories", Layouts.segmentsAndAccessors(12));
    layouts.put("scattered", Layouts.scattered());
    layouts.put("one-memory", Layouts.inPlace(6));
    layouts.put("packed-memory", Layouts.everyOtherPage(6, MemorySegment.ofArray(new long[3072])));
    layouts.put("high-ram", Layouts.high());
    layouts.put("accessor", singleVcpu(Backing.of(new LongArrayAccessor(0x4000))));
    layouts.put("byte-array", singleVcpu(Backing.of(new byte[0x4000])));
    return layouts;
  }

  private static SlotLayout singleVcpu(Backing backing) {
    return SlotLayout.builder()
        .updateMode(UpdateMode.SINGLE_VCPU)
        .slot(0, 0x4000, EnumSet.of(SlotFlag.LOG_DIRTY_PAGES), backing)
        .build();
  }
}
