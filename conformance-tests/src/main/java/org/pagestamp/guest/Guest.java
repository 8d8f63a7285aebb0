package org.pagestamp.guest;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.VcpuState;

/**
 * A stopped guest: registers of one virtual CPU, memory slots, and page tables in them.
 *
 * <p>Its memory is private: walks that set accessed and dirty bits change no file. Closing it frees
 * the memory; walkers over its layout must not be used afterwards. Any thread may read and close
 * it.
 */
public final class Guest implements AutoCloseable {
  private final String name;
  private final Registers registers;
  private final Role role;
  private final VcpuState vcpu;
  private final GuestMemoryImage memory;
  private final List<String> assumptions;
  private final CaptureFiles listingFiles;
  private final Nesting nesting;

  /**
   * The memory of a guest.
   *
   * @param layout the slots
   * @param map what lies where
   * @param heldGfn whether the files hold a page that lies in a slot
   * @param arena owner of the slots' memory
   */
  record GuestMemoryImage(SlotLayout layout, PhysicalMap map, LongPredicate heldGfn, Arena arena) {
    /** Whether the page that holds {@code gpa} is at hand. */
    Presence presence(long gpa) {
      long gfn = gpa >>> MemSlot.PAGE_SHIFT;
      if (layout.indexOf(gfn) >= 0 && heldGfn.test(gfn)) {
        return Presence.HELD;
      }
      return switch (map.kindAt(gpa)) {
        case RAM, ROM, UNKNOWN -> Presence.NOT_IN_DUMP;
        case MMIO, HOLE -> Presence.NO_MEMORY;
      };
    }
  }

  /**
   * Assembles a guest.
   *
   * @param listingFiles where QEMU's listing is, or null
   * @param nesting how the guest is nested, or null
   */
  Guest(
      String name,
      Registers registers,
      Role role,
      VcpuState vcpu,
      GuestMemoryImage memory,
      List<String> assumptions,
      CaptureFiles listingFiles,
      Nesting nesting) {
    this.name = Objects.requireNonNull(name);
    this.registers = registers;
    this.role = role;
    this.vcpu = vcpu;
    this.memory = memory;
    this.assumptions = List.copyOf(assumptions);
    this.listingFiles = listingFiles;
    this.nesting = nesting;
  }

  /** The folder's or file's name. */
  public String name() {
    return name;
  }

  /** The registers as found, given or assumed. */
  public Registers registers() {
    return registers;
  }

  /** The role that follows from the registers. */
  public Role role() {
    return role;
  }

  /** A new state with the guest's CR3 and PDPTEs; PKRU and PKRS are 0, since no file has them. */
  public VcpuState vcpu() {
    return new VcpuState(vcpu);
  }

  /**
   * How the guest is nested in another; empty if it is not. A nested guest's slots are those of the
   * other, and {@link #vcpu()} has no PDPTEs: {@link Nesting#state} has.
   */
  public Optional<Nesting> nesting() {
    return Optional.ofNullable(nesting);
  }

  /** The slots: RAM writable, ROM read-only. */
  public SlotLayout layout() {
    return memory.layout();
  }

  /** What lies where, devices included. */
  public PhysicalMap physicalMap() {
    return memory.map();
  }

  /**
   * Whether the page that holds {@code gpa} is at hand. A page table that is {@link
   * Presence#NOT_IN_DUMP} makes addresses look unmapped that may not be.
   */
  public Presence presence(long gpa) {
    return memory.presence(gpa);
  }

  /** What had to be assumed since no file tells, one sentence each; unmodifiable. */
  public List<String> assumptions() {
    return assumptions;
  }

  /**
   * QEMU's own listing of this guest, read anew with each call; empty if there is none.
   *
   * @throws GuestFormatException if there is one and it is malformed
   */
  public Optional<QemuListing> listing() throws GuestFormatException {
    return listingFiles == null ? Optional.empty() : QemuListing.read(listingFiles, role.mode());
  }

  /** Frees the guest's memory. */
  @Override
  public void close() {
    memory.arena().close();
  }

  @Override
  public String toString() {
    return name + ": " + role;
  }
}
