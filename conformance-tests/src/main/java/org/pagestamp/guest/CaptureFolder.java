package org.pagestamp.guest;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;

/**
 * Reads a capture folder: {@code regs.json}, {@code slots.json}, {@code tables-rle.txt.gz}, and
 * QEMU's listings if they are there.
 *
 * <p>Only page tables are in a capture; every other page of the slots reads as zeros. Slots are
 * backed by sparse memory, so that a guest of many GiB takes room for its tables only.
 */
final class CaptureFolder {
  private CaptureFolder() {}

  static Guest open(Path folder, CpuOptions options) throws GuestFormatException {
    return open(CaptureFiles.in(folder), options);
  }

  static Guest open(CaptureFiles files, CpuOptions options) throws GuestFormatException {
    Registers registers = CaptureJson.registers(files, options);
    String regs = files.describe(CaptureJson.REGS);
    Role role = CpuSetup.role(regs, registers, options);
    Nesting nesting =
        CpuSetup.nesting(regs, registers, options, CaptureJson.stage2(files, options));
    PhysicalMap map = CaptureJson.slots(files);
    Arena arena = Arena.ofShared();
    boolean opened = false;
    try {
      SlotLayout layout = slots(files.describe(CaptureJson.SLOTS), map, arena);
      Set<Long> held = TablePages.read(files, layout, isWide(role, nesting));
      Guest.GuestMemoryImage memory =
          new Guest.GuestMemoryImage(layout, map, held::contains, arena);
      Guest guest =
          new Guest(
              files.name(),
              registers,
              role,
              CpuSetup.vcpu(regs, registers, role, memory, nesting),
              memory,
              List.of(),
              files,
              nesting);
      opened = true;
      return guest;
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  /** Whether the entries in the file have 8 bytes; always if it has two kinds of tables. */
  private static boolean isWide(Role role, Nesting nesting) {
    return nesting != null || role.mode().entryBytes() != Integer.BYTES;
  }

  private static SlotLayout slots(String file, PhysicalMap map, Arena arena)
      throws GuestFormatException {
    try {
      long bytes = 0;
      for (PhysicalMap.Range range : map.ranges()) {
        bytes += isMemory(range) ? SlotAssembly.roomFor(range) : 0;
      }
      MemorySegment memory = SparseMemory.allocate(bytes, arena);
      SlotAssembly slots = new SlotAssembly();
      long offset = 0;
      for (PhysicalMap.Range range : map.ranges()) {
        if (isMemory(range)) {
          long start = offset + (range.base() & MemSlot.PAGE_SIZE - 1);
          slots.add(range, memory, start);
          offset += SlotAssembly.roomFor(range);
        }
      }
      return slots.builder().build();
    } catch (IllegalArgumentException | IOException e) {
      throw GuestFormatException.in(file, e.getMessage());
    }
  }

  private static boolean isMemory(PhysicalMap.Range range) {
    return range.kind() == SlotKind.RAM || range.kind() == SlotKind.ROM;
  }
}
