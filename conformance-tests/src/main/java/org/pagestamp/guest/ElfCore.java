package org.pagestamp.guest;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.slot.UpdateMode;

/**
 * Reads an ELF core that QEMU's {@code dump-guest-memory} wrote. Guest memory is its PT_LOADs, at
 * their physical addresses; CR0, CR3 and CR4 are in QEMU's notes.
 *
 * <p>EFER and MAXPHYADDR are in no core. They are taken from the user's options; else from a {@code
 * regs.json} beside the core, if its CR3 is the core's; else assumed. In the second case {@code
 * slots.json} beside it tells ROM from RAM and devices from holes.
 */
final class ElfCore {
  static final String NOT_WRITABLE =
      "the file may not be written to, so it is mapped read-only and accessed and dirty bits stay"
          + " as they are";

  /** Offsets in QEMU's note: 18 registers, then 10 segments of 24 bytes, then CR0 to CR4. */
  private static final int NOTE_CS = 152;

  private static final int NOTE_CR0 = 392;
  private static final int NOTE_CR3 = NOTE_CR0 + 3 * Long.BYTES;
  private static final int NOTE_CR4 = NOTE_CR0 + 4 * Long.BYTES;

  /** So wide that no address bit counts as reserved. */
  private static final int ASSUMED_MAXPHYADDR = 52;

  private final Path path;
  private final String file;
  private final CpuOptions options;
  private final List<String> assumptions = new ArrayList<>();

  private ElfCore(Path path, CpuOptions options) {
    this.path = path;
    this.file = path.toString();
    this.options = options;
  }

  static Guest open(Path path, CpuOptions options) throws GuestFormatException {
    Arena arena = Arena.ofShared();
    boolean opened = false;
    try {
      Guest guest = new ElfCore(path, options).open(arena);
      opened = true;
      return guest;
    } finally {
      if (!opened) {
        arena.close();
      }
    }
  }

  private Guest open(Arena arena) throws GuestFormatException {
    MappedFile mapped = MappedFile.map(path, arena);
    if (!mapped.writable()) {
      assumptions.add(NOT_WRITABLE);
    }
    ElfFile elf = ElfFile.parse(file, mapped.memory());
    List<ElfFile.Load> loads = disjoint(elf.loads());
    Registers registers = registers(elf, mapped.memory());
    Sidecar sidecar = Sidecar.beside(path, registers.cr3(), assumptions);
    registers = completed(registers, elf, sidecar);
    Role role = CpuSetup.role(file, registers, options);
    Nesting nesting = CpuSetup.nesting(file, registers, options, null);
    PhysicalMap map = sidecar == null ? onlyLoads(loads) : sidecar.map();
    Guest.GuestMemoryImage memory =
        new Guest.GuestMemoryImage(layout(loads, map, mapped), map, gfn -> true, arena);
    return new Guest(
        path.getFileName().toString(),
        registers,
        role,
        CpuSetup.vcpu(file, registers, role, memory, nesting),
        memory,
        assumptions,
        null,
        nesting);
  }

  private Registers registers(ElfFile elf, MemorySegment bytes) throws GuestFormatException {
    if (options.vcpu() < 0 || options.vcpu() >= elf.qemuNotes().size()) {
      throw GuestFormatException.in(
          file, "no virtual CPU " + options.vcpu() + ": the core has " + elf.qemuNotes().size());
    }
    long note = elf.qemuNotes().get(options.vcpu());
    return new Registers(
        ElfFile.longAt(bytes, note + NOTE_CR0),
        ElfFile.longAt(bytes, note + NOTE_CR3),
        ElfFile.longAt(bytes, note + NOTE_CR4),
        0,
        (int) ElfFile.longAt(bytes, note + NOTE_CS) & 3,
        0);
  }

  /** Adds what no core has. */
  private Registers completed(Registers found, ElfFile elf, Sidecar sidecar) {
    long efer;
    if (options.efer().isPresent()) {
      efer = options.efer().getAsLong();
    } else if (sidecar != null) {
      efer = sidecar.registers().efer();
    } else {
      boolean longMode = elf.machine() == ElfFile.EM_X86_64;
      efer = Registers.EFER_NXE | (longMode ? Registers.EFER_LME | Registers.EFER_LMA : 0);
      assumptions.add(
          String.format(
              "EFER is not in an ELF core: assumed 0x%x (NXE set, %s long mode by e_machine %s)",
              efer, longMode ? "in" : "not in", elf.machine()));
    }
    int maxPhyAddr;
    if (options.maxPhyAddr().isPresent()) {
      maxPhyAddr = options.maxPhyAddr().getAsInt();
    } else if (sidecar != null) {
      maxPhyAddr = sidecar.registers().maxPhyAddr();
    } else {
      maxPhyAddr = ASSUMED_MAXPHYADDR;
      assumptions.add(
          "MAXPHYADDR is not in an ELF core: assumed "
              + maxPhyAddr
              + ", so no address bit counts"
              + " as reserved");
    }
    return new Registers(found.cr0(), found.cr3(), found.cr4(), efer, found.cpl(), maxPhyAddr);
  }

  /** Sorts by address and joins overlaps that show the same bytes, as {@code -p} dumps have. */
  private List<ElfFile.Load> disjoint(List<ElfFile.Load> loads) throws GuestFormatException {
    List<ElfFile.Load> sorted = new ArrayList<>(loads);
    sorted.sort(Comparator.comparingLong(ElfFile.Load::gpa));
    List<ElfFile.Load> disjoint = new ArrayList<>();
    for (ElfFile.Load load : sorted) {
      ElfFile.Load last = disjoint.isEmpty() ? null : disjoint.getLast();
      if (last == null || last.end() <= load.gpa()) {
        disjoint.add(load);
      } else if (last.offset() - last.gpa() == load.offset() - load.gpa()) {
        long size = Math.max(last.end(), load.end()) - last.gpa();
        disjoint.set(
            disjoint.size() - 1, new ElfFile.Load(last.header(), last.gpa(), last.offset(), size));
      } else {
        throw GuestFormatException.atOffset(
            file, load.header(), load + " overlaps " + last + " with other bytes");
      }
    }
    return disjoint;
  }

  private PhysicalMap onlyLoads(List<ElfFile.Load> loads) {
    return PhysicalMap.of(
        loads.stream()
            .map(load -> new PhysicalMap.Range(load.gpa(), load.size(), SlotKind.RAM))
            .toList(),
        SlotKind.UNKNOWN);
  }

  /** Slots for the bytes of the core, read-only where {@code map} says ROM. */
  private SlotLayout layout(List<ElfFile.Load> loads, PhysicalMap map, MappedFile mapped)
      throws GuestFormatException {
    SlotAssembly slots = new SlotAssembly();
    slots.builder().updateMode(UpdateMode.SINGLE_VCPU);
    try {
      for (ElfFile.Load load : loads) {
        for (PhysicalMap.Range part : map.split(load.gpa(), load.size())) {
          boolean writable = mapped.writable() && part.kind() != SlotKind.ROM;
          slots.add(
              part.as(writable ? SlotKind.RAM : SlotKind.ROM),
              mapped.memory(),
              load.offset() + part.base() - load.gpa());
        }
      }
      return slots.builder().build();
    } catch (IllegalArgumentException e) {
      throw GuestFormatException.in(file, e.getMessage());
    }
  }

  /** The two JSON files of a capture folder, beside the core. */
  private record Sidecar(Registers registers, PhysicalMap map) {
    static Sidecar beside(Path core, long cr3, List<String> assumptions) {
      CaptureFiles files = CaptureFiles.in(core.toAbsolutePath().getParent());
      try {
        if (!files.has(CaptureJson.REGS) || !files.has(CaptureJson.SLOTS)) {
          return null;
        }
        Registers registers = CaptureJson.registers(files, CpuOptions.NONE);
        if (registers.cr3() != cr3) {
          assumptions.add("regs.json beside the core is ignored: its CR3 is another");
          return null;
        }
        return new Sidecar(registers, CaptureJson.slots(files));
      } catch (GuestFormatException e) {
        assumptions.add("ignored: " + e.getMessage());
        return null;
      }
    }
  }
}
