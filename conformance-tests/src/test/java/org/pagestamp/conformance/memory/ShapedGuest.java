package org.pagestamp.conformance.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.NavigableMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.pagestamp.debug.Mapping;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
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

  private final SortedMap<Long, byte[]> tables;
  private final NavigableMap<Long, EmulatorMemory> memories = new TreeMap<>();
  private final SlotLayout layout;

  ShapedGuest(Guest guest, MemoryShape shape, Arena arena)
      throws IOException, GuestFormatException {
    tables = tables(guest);
    SlotLayout.Builder builder = SlotLayout.builder();
    EmulatorMemory low = shape.make(0, (int) lowBytes(guest.layout()), arena);
    memories.put(0L, low);
    for (MemSlot slot : guest.layout().slots()) {
      long base = slot.baseGpa();
      EmulatorMemory memory = low;
      long size = Math.min(slot.byteSize(), MOST - base);
      if (base >= MOST) {
        size = Math.min(slot.byteSize(), 1 << 20);
        memory = shape.make(base, (int) size, arena);
        memories.put(base, memory);
      }
      Set<SlotFlag> flags = EnumSet.noneOf(SlotFlag.class);
      if (slot.isReadOnly()) {
        flags.add(SlotFlag.READONLY);
      }
      builder.slot(base, size, flags, memory.backing(base, size));
    }
    layout = builder.updateMode(low.updateMode()).build();
    load();
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

  private static SortedMap<Long, byte[]> tables(Guest guest) throws GuestFormatException {
    SortedMap<Long, byte[]> tables = new TreeMap<>();
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
                byte[] _ =
                    tables.computeIfAbsent(
                        gpa & -MemSlot.PAGE_SIZE, page -> page(guest.layout(), page));
              }
            });
    assertEquals(distinct, tables.size());
    return tables;
  }

  /** What a page holds. */
  static byte[] page(SlotLayout layout, long gpa) {
    byte[] page = new byte[(int) MemSlot.PAGE_SIZE];
    assertEquals(page.length, new GuestMemory(layout).read(gpa, page, 0, page.length));
    return page;
  }

  /** Puts the tables into memory as the guest had them. */
  void load() {
    tables.forEach((gpa, page) -> memories.floorEntry(gpa).getValue().load(gpa, page));
  }

  SlotLayout layout() {
    return layout;
  }

  /** The pages that hold tables, as the guest had them. */
  SortedMap<Long, byte[]> tables() {
    return tables;
  }

  /** The pages that the emulator was told stores of since the last call, by gpa. */
  Set<Long> takeAltered() {
    Set<Long> altered = new HashSet<>();
    for (EmulatorMemory memory : memories.values()) {
      memory.takeAltered().forEach(gfn -> altered.add(gfn << MemSlot.PAGE_SHIFT));
    }
    return altered;
  }
}
