package org.pagestamp.codegen;

import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.slot.UpdateMode;

/** Roles and slot layouts for tests of the generator; memory is small and zero. */
final class Layouts {
  static final Role FOUR_LEVEL =
      Role.of(PagingMode.FOUR_LEVEL, CpuFeatures.intel(46), Control.WP, Control.NXE, Control.SMEP);

  private static final Set<SlotFlag> RAM = EnumSet.noneOf(SlotFlag.class);
  private static final Set<SlotFlag> ROM = EnumSet.of(SlotFlag.READONLY);

  private Layouts() {}

  static SlotLayout ram(int slots) {
    return of(slots, 0);
  }

  static SlotLayout rom(int slots) {
    return of(0, slots);
  }

  /** Slots of four pages with holes of four pages between them, writable ones first. */
  static SlotLayout of(int writable, int readOnly) {
    SlotLayout.Builder builder = SlotLayout.builder();
    for (int i = 0; i < writable + readOnly; i++) {
      long size = 4 * MemSlot.PAGE_SIZE;
      builder.slot(
          2L * i * size, size, i < writable ? RAM : ROM, Backing.of(new long[(int) size / 8]));
    }
    return builder.build();
  }

  /** Slots of four pages, of arrays and accessors in turn, that log dirty pages. */
  static SlotLayout segmentsAndAccessors(int slots) {
    SlotLayout.Builder builder = SlotLayout.builder();
    int size = 4 * (int) MemSlot.PAGE_SIZE;
    for (int i = 0; i < slots; i++) {
      Backing backing =
          i % 2 == 0 ? Backing.of(new long[size / 8]) : Backing.of(new LongArrayAccessor(size));
      builder.slot(2L * i * size, size, EnumSet.of(SlotFlag.LOG_DIRTY_PAGES), backing);
    }
    return builder.updateMode(UpdateMode.SINGLE_VCPU).build();
  }

  /** Twenty slots of one page, too far apart for a table to find them by. */
  static SlotLayout scattered() {
    SlotLayout.Builder builder = SlotLayout.builder();
    Backing page = Backing.of(new long[512]);
    for (int i = 0; i < 20; i++) {
      builder.slot((1L << 51) / 20 * i & -MemSlot.PAGE_SIZE, MemSlot.PAGE_SIZE, RAM, page);
    }
    return builder.build();
  }

  /** Slots of four pages with holes between them, all at their places in one segment. */
  static SlotLayout inPlace(int slots) {
    int size = 4 * (int) MemSlot.PAGE_SIZE;
    MemorySegment memory = MemorySegment.ofArray(new long[2 * slots * size / 8]);
    SlotLayout.Builder builder = SlotLayout.builder();
    for (int i = 0; i < slots; i++) {
      long base = 2L * i * size;
      builder.slot(base, size, RAM, Backing.of(memory, base));
    }
    return builder.build();
  }

  /** One slot of four pages above 4 GiB. */
  static SlotLayout high() {
    Backing memory = Backing.of(new long[4 * 512]);
    return SlotLayout.builder().slot(5L << 32, 4 * MemSlot.PAGE_SIZE, RAM, memory).build();
  }

  /** Slots of one page, every other page, all in one segment. */
  static SlotLayout everyOtherPage(int slots, MemorySegment memory) {
    SlotLayout.Builder builder = SlotLayout.builder();
    for (int i = 0; i < slots; i++) {
      builder.slot(
          (2L * i + 1) * MemSlot.PAGE_SIZE,
          MemSlot.PAGE_SIZE,
          RAM,
          Backing.of(memory, i * MemSlot.PAGE_SIZE));
    }
    return builder.build();
  }
}
