package org.pagestamp.guest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.ReservedBits;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.VcpuState;

/** Role and virtual CPU from registers found in files. */
final class CpuSetup {
  private static final int PDPTES = 4;

  private CpuSetup() {}

  /** The role of {@code registers}; impossible ones are refused in the name of {@code file}. */
  static Role role(String file, Registers registers, CpuOptions options)
      throws GuestFormatException {
    try {
      CpuFeatures cpu =
          new CpuFeatures(registers.maxPhyAddr(), options.oneGigPages(), options.amd());
      long cr0 = registers.cr0();
      long cr4 = registers.cr4();
      long efer = registers.efer();
      return options.profile().isPresent()
          ? options.profile().get().role(cr0, cr4, efer, cpu)
          : Role.fromRegisters(cr0, cr4, efer, cpu);
    } catch (IllegalArgumentException e) {
      throw GuestFormatException.in(file, e.getMessage());
    }
  }

  /** How {@code options}, or else the files, say that the guest is nested; null if they do not. */
  static Nesting nesting(String file, Registers registers, CpuOptions options, Stage2Spec found)
      throws GuestFormatException {
    Stage2Spec spec = options.stage2().orElse(found);
    if (spec == null) {
      return null;
    }
    try {
      return new Nesting(spec.role(registers.maxPhyAddr(), options.profile()), spec.root());
    } catch (IllegalArgumentException e) {
      throw GuestFormatException.in(file, "stage 2: " + e.getMessage());
    }
  }

  /**
   * Loads CR3 as the CPU would, with one leniency for PAE paging: bit 5 of a PDPTE is dropped,
   * because QEMU sets it in memory as if it were an accessed bit (the Intel SDM, table 4-8, has it
   * reserved). Every other reserved bit is refused. If the files lack the PDPT, its entries are
   * taken as not present; the enumeration reports it as missing. A role whose walks read PDPTEs in
   * memory has none loaded.
   *
   * @param nesting how the guest is nested, so that {@link Nesting#state} loads the PDPTEs; or null
   */
  static VcpuState vcpu(
      String file, Registers registers, Role role, Guest.GuestMemoryImage memory, Nesting nesting)
      throws GuestFormatException {
    VcpuState vcpu = new VcpuState();
    if (nesting != null) {
      vcpu.cr3(registers.cr3());
      return vcpu;
    }
    if (role.mode() == PagingMode.PAE && !role.readsPdptes()) {
      vcpu.cr3(registers.cr3());
      if (memory.presence(registers.cr3() & PagingMode.PAE.rootMask()) == Presence.HELD) {
        loadPdptes(
            file, vcpu, role, memory.layout(), registers.cr3() & PagingMode.PAE.rootMask(), true);
      }
      return vcpu;
    }
    if (vcpu.loadCr3(registers.cr3(), role, memory.layout()) != Cr3Load.LOADED) {
      throw GuestFormatException.in(
          file,
          String.format(
              Locale.ROOT,
              "cr3 0x%x has bits at or above MAXPHYADDR %d",
              registers.cr3(),
              role.maxPhyAddr()));
    }
    return vcpu;
  }

  /**
   * Loads PDPTEs.
   *
   * @param table where they are in the slots
   * @param strict whether one with reserved bits is refused; otherwise it counts as not present
   */
  static void loadPdptes(
      String file, VcpuState vcpu, Role role, SlotLayout layout, long table, boolean strict)
      throws GuestFormatException {
    byte[] bytes = new byte[PDPTES * Long.BYTES];
    int _ = new GuestMemory(layout).read(table, bytes, 0, bytes.length);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long reserved = ReservedBits.mask(role, PagingMode.PAE.level(3), false);
    for (int i = 0; i < PDPTES; i++) {
      long pdpte = buffer.getLong(i * Long.BYTES) & ~EntryBits.A;
      boolean refused = (pdpte & EntryBits.P) != 0 && (pdpte & reserved) != 0;
      if (refused && strict) {
        throw GuestFormatException.in(
            file,
            String.format(
                Locale.ROOT,
                "PDPTE %d at gpa 0x%x is 0x%x: reserved bits 0x%x are set, no CPU loads it",
                i,
                table + (long) i * Long.BYTES,
                pdpte,
                pdpte & reserved));
      }
      vcpu.pdpte(i, refused ? 0 : pdpte);
    }
  }
}
