package org.pagestamp.access;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.Set;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.vcpu.Mmu;

/**
 * A guest in a paging mode, with CR0.WP set and tables that map what a test asks for. Its physical
 * pages: RAM 0x00 to 0x3F (slot 0; tables from {@value #TABLES} on), ROM 0x40 to 0x43 (slot 1),
 * devices 0x44 to 0x47, RAM 0x48 to 0x4B (slot 2). All slots log dirty pages.
 */
final class AccessGuest {
  static final int TABLES = 0x20;
  static final int ROM = 0x40;
  static final int DEVICE = 0x44;
  static final int MORE_RAM = 0x48;
  static final int PAGES = 0x4C;

  static final int W = 1 << 1;
  static final int U = 1 << 2;

  private static final long P = 1;
  private static final long ACCESSED_DIRTY = 0x60;
  private static final long PE_WP_PG = 0x8001_0001L;
  private static final long PAE = 1 << 5;
  private static final long LA57 = 1 << 12;
  private static final long LME_LMA = 0x500;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final PagingMode mode;
  private final MemorySegment memory = Arena.ofAuto().allocate(PAGES * 0x1000L, 4096);
  private final MemorySlots slots = new MemorySlots();
  private final byte[] deviceBytes = new byte[PAGES * 0x1000];
  private final Devices devices = new Devices(deviceBytes);
  private final Mmu mmu;
  private long nextTable = TABLES * 0x1000L + 0x1000;

  AccessGuest(PagingMode mode) {
    this.mode = mode;
    for (int i = 0; i < PAGES * 0x1000; i++) {
      boolean table = i >= TABLES * 0x1000 && i < ROM * 0x1000;
      memory.set(ValueLayout.JAVA_BYTE, i, table ? 0 : (byte) ((i * 31) >> 4));
      deviceBytes[i] = (byte) ((i * 13) >> 3);
    }
    slot(0, 0, ROM, EnumSet.of(SlotFlag.LOG_DIRTY_PAGES));
    slot(1, ROM, 4, EnumSet.of(SlotFlag.LOG_DIRTY_PAGES, SlotFlag.READONLY));
    slot(2, MORE_RAM, 4, EnumSet.of(SlotFlag.LOG_DIRTY_PAGES));
    mmu = Mmu.builder().memory(slots).build();
    restore(0);
  }

  private void slot(int id, int page, int pages, Set<SlotFlag> flags) {
    slots.create(id, page * 0x1000L, pages * 0x1000L, flags, Backing.of(memory, page * 0x1000L));
  }

  /** Sets the registers, with these bits of CR3 besides the root; PDPTEs are loaded. */
  void restore(long cr3Flags) {
    mmu.restore(
        mode == PagingMode.NO_PAGING ? 1 : PE_WP_PG,
        TABLES * 0x1000L | cr3Flags,
        (mode.entryBytes() == 8 ? PAE : 0) | (mode == PagingMode.FIVE_LEVEL ? LA57 : 0),
        mode.isLongMode() ? LME_LMA : 0);
  }

  /** Maps the page of {@code gva}, with A and D set; the flags are of {@link #W} and {@link #U}. */
  AccessGuest map(long gva, int page, int flags) {
    long table = TABLES * 0x1000L;
    for (int level = mode.topLevel(); level > 1; level--) {
      long entryGpa = table + (long) mode.level(level).index(gva) * mode.entryBytes();
      if ((entry(entryGpa) & P) == 0) {
        boolean pdpte = mode == PagingMode.PAE && level == 3;
        entry(entryGpa, nextTable | P | (pdpte ? 0 : W | U | ACCESSED_DIRTY));
        nextTable += 0x1000;
        if (pdpte) {
          restore(0);
        }
      }
      table = entry(entryGpa) & ~0xFFFL;
    }
    PagingLevel leaves = mode.level(1);
    entry(
        table + (long) leaves.index(gva) * mode.entryBytes(),
        page * 0x1000L | P | flags | ACCESSED_DIRTY);
    return this;
  }

  private long entry(long gpa) {
    return mode.entryBytes() == 4
        ? Integer.toUnsignedLong(memory.get(INT, gpa))
        : memory.get(LONG, gpa);
  }

  private void entry(long gpa, long value) {
    if (mode.entryBytes() == 4) {
      memory.set(INT, gpa, (int) value);
    } else {
      memory.set(LONG, gpa, value);
    }
  }

  Mmu mmu() {
    return mmu;
  }

  MemorySlots slots() {
    return slots;
  }

  Devices devices() {
    return devices;
  }

  /** Accesses of the only virtual CPU. */
  GvaAccess access() {
    return new GvaAccess(mmu, devices);
  }

  /** A copy of memory, whichever slots there are. */
  byte[] memory() {
    return memory.toArray(ValueLayout.JAVA_BYTE);
  }

  /** A copy of what devices hold. */
  byte[] deviceBytes() {
    return deviceBytes.clone();
  }

  /** Whether the page is marked dirty; false if its slot has no log or it has no slot. */
  boolean isDirty(int page) {
    MemSlot slot = slots.layout().find(page);
    return slot != null && slot.dirtyLog().isDirty(page - slot.baseGfn());
  }

  void clearDirty() {
    for (MemSlot slot : slots.layout().slots()) {
      slot.dirtyLog().getAndClear();
    }
  }
}
