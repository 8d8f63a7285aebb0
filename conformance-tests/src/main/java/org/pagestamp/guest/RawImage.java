package org.pagestamp.guest;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.UpdateMode;

/**
 * What must be said of a file that is guest memory byte by byte, such as QEMU's {@code pmemsave} or
 * an emulator's own dump writes.
 *
 * @param base the guest-physical address of the file's first byte, a multiple of 4,096
 * @param registers registers of the virtual CPU
 */
public record RawImage(long base, Registers registers, CpuOptions options) {
  private static final long BASE_LIMIT = 1L << 52;

  Guest open(Path path) throws GuestFormatException {
    String file = path.toString();
    Arena arena = Arena.ofShared();
    boolean opened = false;
    try {
      Guest guest = open(file, path, arena);
      opened = true;
      return guest;
    } catch (IllegalArgumentException e) {
      throw GuestFormatException.in(file, e.getMessage());
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  private Guest open(String file, Path path, Arena arena) throws GuestFormatException {
    if (base < 0 || base >= BASE_LIMIT || (base & 0xFFF) != 0) {
      throw new IllegalArgumentException(
          String.format("base 0x%x is no multiple of 0x1000 below 2^52", base));
    }
    MappedFile mapped = MappedFile.map(path, arena);
    MemorySegment memory = mapped.memory();
    if (memory.byteSize() < 4096) {
      throw new IllegalArgumentException("the file is smaller than a page of 4096 bytes");
    }
    List<String> assumptions = new ArrayList<>();
    if (!mapped.writable()) {
      assumptions.add(ElfCore.NOT_WRITABLE);
    }
    PhysicalMap.Range ram = new PhysicalMap.Range(base, memory.byteSize() & -4096L, SlotKind.RAM);
    PhysicalMap map = PhysicalMap.of(List.of(ram), SlotKind.UNKNOWN);
    SlotAssembly slots = new SlotAssembly();
    slots.builder().updateMode(UpdateMode.SINGLE_VCPU);
    slots.add(mapped.writable() ? ram : ram.as(SlotKind.ROM), memory, 0);
    Guest.GuestMemoryImage image =
        new Guest.GuestMemoryImage(slots.builder().build(), map, gfn -> true, arena);
    Role role = CpuSetup.role(file, registers, options);
    Nesting nesting = CpuSetup.nesting(file, registers, options, null);
    return new Guest(
        path.getFileName().toString(),
        registers,
        role,
        CpuSetup.vcpu(file, registers, role, image, nesting),
        image,
        assumptions,
        null,
        nesting);
  }
}
