package org.pagestamp.conformance.group;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.Stage2Role;

/**
 * The machine of a guest, whose frames a stage 2 of four levels scatters: each table has a page
 * elsewhere in the slots, in another order, and everything else goes to addresses in no slot, by 2
 * MiB where there are no tables.
 */
final class ScatteredMachine implements AutoCloseable {
  private static final long PAGE = MemSlot.PAGE_SIZE;
  private static final int CHUNK_SHIFT = 21;
  private static final long STAGE2_TABLES = 0x1_0000_0000L;
  private static final long WRITABLE_TABLES = 0x2_0000_0000L;
  private static final long READ_ONLY_TABLES = 0x3_0000_0000L;

  /** Where all that is no table goes. */
  private static final long ELSEWHERE = 1L << 44;

  /** Odd, so that chunks of a power of two change places among themselves. */
  private static final long STEP = 0x9E5;

  private static final long CHUNKS = 1L << 20;
  private static final int LEVELS = 4;
  private static final long RIGHTS = 7;
  private static final long WRITE_BACK = 6 << 3;
  private static final long LARGE = 1 << 7;

  private final boolean ept;
  private final Map<Long, Long> hostPages = new HashMap<>();
  private final Map<Long, Long> entries = new HashMap<>();
  private final Machine machine;
  private long tables = 1; // the first is the root

  /**
   * A machine.
   *
   * @param flat the machine of the guest without a stage 2
   * @param role of four levels
   * @param chunks the numbers of the pieces of 2 MiB that the guest uses
   */
  ScatteredMachine(Machine flat, Stage2Role role, SortedSet<Long> chunks, MemoryKind kind) {
    ept = role instanceof EptRole;
    List<Long> pages = placePages(flat.layout());
    for (long chunk : chunks) {
      map(chunk);
    }
    for (long page : pages) {
      map(page >>> CHUNK_SHIFT);
    }
    machine = new Machine(flat.role(), slots(), kind);
    for (long page : pages) {
      for (long at = 0; at < PAGE; at += Long.BYTES) {
        machine.store(hostPages.get(page) + at, flat.load(page + at, Long.BYTES), Long.BYTES);
      }
    }
    entries.forEach((place, entry) -> machine.store(place, entry, Long.BYTES));
  }

  /** Gives each page of the guest's tables its place, the last one first. */
  private List<Long> placePages(SlotLayout layout) {
    List<Long> pages = new ArrayList<>();
    long writable = WRITABLE_TABLES;
    long readOnly = READ_ONLY_TABLES;
    for (MemSlot slot : layout.slots().reversed()) {
      for (long page = slot.pages() - 1; page >= 0; page--) {
        long gpa = slot.baseGpa() + page * PAGE;
        pages.add(gpa);
        if (slot.isReadOnly()) {
          hostPages.put(gpa, readOnly);
          readOnly += PAGE;
        } else {
          hostPages.put(gpa, writable);
          writable += PAGE;
        }
      }
    }
    return pages;
  }

  private List<VectorSlot> slots() {
    long readOnly = hostPages.values().stream().filter(host -> host >= READ_ONLY_TABLES).count();
    long writable = hostPages.size() - readOnly;
    List<VectorSlot> slots = new ArrayList<>();
    slots.add(new VectorSlot(STAGE2_TABLES, tables * PAGE, false));
    if (writable > 0) {
      slots.add(new VectorSlot(WRITABLE_TABLES, writable * PAGE, false));
    }
    if (readOnly > 0) {
      slots.add(new VectorSlot(READ_ONLY_TABLES, readOnly * PAGE, true));
    }
    return slots;
  }

  private void map(long chunk) {
    long start = chunk << CHUNK_SHIFT;
    long table = STAGE2_TABLES;
    for (int level = LEVELS; level > 2; level--) {
      table = next(place(table, level, start));
    }
    long place = place(table, 2, start);
    boolean hasTables = false;
    for (long page = start; page < start + (1L << CHUNK_SHIFT); page += PAGE) {
      hasTables |= hostPages.containsKey(page);
    }
    if (!hasTables) {
      entries.put(place, hostChunk(chunk) | leafBits() | LARGE);
      return;
    }
    table = next(place);
    for (long page = start; page < start + (1L << CHUNK_SHIFT); page += PAGE) {
      entries.put(place(table, 1, page), host(page) | leafBits());
    }
  }

  private static long place(long table, int level, long gpa) {
    return table + Long.BYTES * (gpa >>> (12 + 9 * (level - 1)) & 511);
  }

  /** The table that an entry leads to, a new one if there is none. */
  private long next(long place) {
    return entries.computeIfAbsent(place, _ -> (STAGE2_TABLES + PAGE * tables++) | RIGHTS) & -PAGE;
  }

  private long leafBits() {
    return ept ? RIGHTS | WRITE_BACK : RIGHTS;
  }

  private static long hostChunk(long chunk) {
    return ELSEWHERE + (((chunk * STEP) % CHUNKS) << CHUNK_SHIFT);
  }

  /** Where stage 2 has a page of the guest. */
  long host(long gpa) {
    Long table = hostPages.get(gpa);
    return table != null
        ? table
        : hostChunk(gpa >>> CHUNK_SHIFT) | (gpa & ((1L << CHUNK_SHIFT) - 1));
  }

  /** EPTP or nCR3. */
  long root() {
    return STAGE2_TABLES;
  }

  SlotLayout layout() {
    return machine.layout();
  }

  @Override
  public void close() {
    machine.close();
  }
}
