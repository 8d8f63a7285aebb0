package org.pagestamp.conformance.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.Mapping;
import org.pagestamp.guest.Mappings;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;

/**
 * A guest's page tables in memory of a shape: one memory for the low slots and one for each other
 * slot. No memory is larger than 256 MiB, so the slots of the largest guest end early.
 */
final class ShapedGuest {
  private static final long MOST = 256L << 20;

  private final SortedSet<Long> tables;
  private final List<EmulatorMemory> memories = new ArrayList<>();
  private final SlotLayout layout;

  ShapedGuest(Guest guest, MemoryShape shape, Arena arena)
      throws IOException, GuestFormatException {
    tables = tables(guest);
    SlotLayout.Builder builder = SlotLayout.builder();
    EmulatorMemory low = shape.make(0, (int) lowBytes(guest.layout()), arena);
    memories.add(low);
    for (MemSlot slot : guest.layout().slots()) {
      long size = Math.min(slot.byteSize(), MOST - Math.min(slot.baseGpa(), MOST - 0x1000));
      EmulatorMemory memory = low;
      if (slot.baseGpa() >= MOST) {
        size = Math.min(slot.byteSize(), 1 << 20);
        memory = shape.make(slot.baseGpa(), (int) size, arena);
        memories.add(memory);
      }
      EnumSet<SlotFlag> flags = EnumSet.noneOf(SlotFlag.class);
      if (slot.isReadOnly()) {
        flags.add(SlotFlag.READONLY);
      }
      builder.slot(slot.baseGpa(), size, flags, memory.backing(slot.baseGpa(), size));
      fill(slot, size, memory, new GuestMemory(guest.layout()));
    }
    layout = builder.updateMode(low.updateMode()).build();
  }

  private static long lowBytes(SlotLayout layout) {
    long end = 0;
    for (MemSlot slot : layout.slots()) {
      if (slot.baseGpa() < MOST) {
        end = slot.baseGpa() + slot.byteSize();
      }
    }
    return Math.min(end, MOST);
  }

  private static SortedSet<Long> tables(Guest guest) throws GuestFormatException {
    SortedSet<Long> tables = new TreeSet<>();
    int distinct =
        Mappings.forEach(
            guest,
            new Mappings.Consumer() {
              @Override
              public boolean mapping(Mapping mapping) {
                return true;
              }

              @Override
              public void table(long gpa) {
                boolean _ = tables.add(gpa & -MemSlot.PAGE_SIZE);
              }
            });
    assertEquals(distinct, tables.size());
    return tables;
  }

  private void fill(MemSlot slot, long size, EmulatorMemory memory, GuestMemory from) {
    for (long gpa : tables.subSet(slot.baseGpa(), slot.baseGpa() + size)) {
      memory.load(gpa, page(from, gpa));
    }
  }

  private static byte[] page(GuestMemory memory, long gpa) {
    byte[] page = new byte[(int) MemSlot.PAGE_SIZE];
    assertEquals(page.length, memory.read(gpa, page, 0, page.length), "bytes of a table");
    return page;
  }

  SlotLayout layout() {
    return layout;
  }

  /** The pages that hold tables. */
  SortedSet<Long> tables() {
    return tables;
  }

  /** What a table's page holds now. */
  byte[] page(long gpa) {
    return page(new GuestMemory(layout), gpa);
  }

  /** The pages that the emulator was told stores of, by gpa. */
  Set<Long> altered() {
    Set<Long> altered = new HashSet<>();
    for (EmulatorMemory memory : memories) {
      memory.altered().forEach(gfn -> altered.add(gfn << MemSlot.PAGE_SHIFT));
    }
    return altered;
  }
}
