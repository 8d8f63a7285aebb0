package org.pagestamp.conformance.group;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.debug.Mapping;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.Mappings;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.walk.VcpuState;

/**
 * Makes machines of guests. A guest's slots may be larger than any machine; its tables are few
 * pages, and only tables need slots.
 */
final class GuestMachine {
  /** Tables that lie closer share a slot. */
  private static final long GAP = 64 * MemSlot.PAGE_SIZE;

  private GuestMachine() {}

  /** A machine with all tables of the guest, in slots that are read-only where the guest's are. */
  static Machine of(Guest guest, MemoryKind kind) throws GuestFormatException {
    SortedSet<Long> tables = tables(guest);
    Machine machine = new Machine(guest.role(), slots(guest, tables), kind);
    GuestMemory memory = new GuestMemory(guest.layout());
    byte[] page = new byte[(int) MemSlot.PAGE_SIZE];
    for (long table : tables) {
      int read = memory.read(table, page, 0, page.length);
      ByteBuffer entries = ByteBuffer.wrap(page, 0, read).order(ByteOrder.LITTLE_ENDIAN);
      for (int at = 0; at < read; at += Long.BYTES) {
        machine.store(table + at, entries.getLong(at), Long.BYTES);
      }
    }
    if (guest.role().mode() == PagingMode.PAE) {
      storePdptes(guest, machine);
    }
    return machine;
  }

  /** QEMU sets an accessed bit in PDPTEs, which no CPU would load again; the guest has it clear. */
  private static void storePdptes(Guest guest, Machine machine) {
    VcpuState vcpu = guest.vcpu();
    long table = vcpu.cr3() & PagingMode.PAE.rootMask();
    for (int i = 0; i < PagingMode.PAE.level(3).entries(); i++) {
      machine.store(table + (long) i * Long.BYTES, vcpu.pdpte(i), Long.BYTES);
    }
  }

  private static SortedSet<Long> tables(Guest guest) throws GuestFormatException {
    SortedSet<Long> tables = new TreeSet<>();
    int _ =
        Mappings.forEach(
            guest,
            new Mappings.Consumer() {
              @Override
              public boolean mapping(Mapping mapping) {
                return true;
              }

              @Override
              public void table(long gpa) {
                tables.add(gpa & -MemSlot.PAGE_SIZE);
              }
            });
    return tables;
  }

  private static List<VectorSlot> slots(Guest guest, SortedSet<Long> tables) {
    List<VectorSlot> slots = new ArrayList<>();
    MemSlot inside = null;
    long start = 0;
    long end = 0;
    for (long table : tables) {
      MemSlot slot = guest.layout().find(table >>> MemSlot.PAGE_SHIFT);
      if (inside != null && (!slot.equals(inside) || table - end > GAP)) {
        slots.add(new VectorSlot(start, end - start, inside.isReadOnly()));
        inside = null;
      }
      if (inside == null) {
        inside = slot;
        start = table;
      }
      end = table + MemSlot.PAGE_SIZE;
    }
    if (inside != null) {
      slots.add(new VectorSlot(start, end - start, inside.isReadOnly()));
    }
    return slots;
  }
}
