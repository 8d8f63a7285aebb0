package org.pagestamp.conformance.group;

import java.util.List;
import java.util.random.RandomGenerator;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemSlot;

/** Pages that no honest guest would use as tables. */
final class GarbageTables {
  private static final long ALL_RIGHTS = EntryBits.P | EntryBits.W | EntryBits.U;

  private final Role role;
  private final List<VectorSlot> slots;
  private final RandomTables tables;
  private final RandomGenerator random;

  GarbageTables(Role role, List<VectorSlot> slots, List<Long> pages, RandomGenerator random) {
    this.role = role;
    this.slots = slots;
    this.random = random;
    tables = new RandomTables(role, pages, random);
  }

  private enum Kind {
    NOISE,
    PRESENT_NOISE,
    SELF_REFERENCE,
    ONES,
    EDGES,
    TABLES
  }

  /** Fills a page with garbage of one kind. */
  void fill(GuardedMemory memory, long page) {
    int width = role.mode().entryBytes() == Integer.BYTES ? Integer.BYTES : Long.BYTES;
    Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
    for (long gpa = page; gpa < page + MemSlot.PAGE_SIZE; gpa += width) {
      memory.store(gpa, entry(kind, page), width);
    }
  }

  private long entry(Kind kind, long page) {
    return switch (kind) {
      case NOISE -> random.nextLong();
      case PRESENT_NOISE ->
          (random.longs(2).reduce(-1, (a, b) -> a & b) & (1L << role.maxPhyAddr()) - 1)
              | ALL_RIGHTS;
      case SELF_REFERENCE -> page | ALL_RIGHTS | (random.nextInt(32) == 0 ? EntryBits.PS : 0);
      case ONES -> -1L;
      case EDGES -> (edge() & EntryBits.FRAME) | ALL_RIGHTS;
      case TABLES ->
          role.mode().entryBytes() == 0 ? random.nextLong() : tables.entry(); // no tables, noise
    };
  }

  /** A page just outside or just inside a slot, or at an end of an address space. */
  long edge() {
    VectorSlot slot = slots.get(random.nextInt(slots.size()));
    long end = slot.baseGpa() + slot.byteSize();
    return switch (random.nextInt(7)) {
      case 0 -> slot.baseGpa() - MemSlot.PAGE_SIZE;
      case 1 -> slot.baseGpa();
      case 2 -> end - MemSlot.PAGE_SIZE;
      case 3 -> end;
      case 4 -> (1L << role.maxPhyAddr()) - MemSlot.PAGE_SIZE;
      case 5 -> (1L << 32) - MemSlot.PAGE_SIZE;
      default -> 0;
    };
  }

  /** A CR3: noise, an edge, or a page of tables. */
  long root() {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextLong();
      case 1 -> edge() | random.nextInt(0x1000);
      default -> tables.cr3();
    };
  }

  /** A linear address. */
  long gva() {
    return random.nextInt(4) == 0 ? random.nextLong() : tables.gva();
  }

  int keys() {
    return tables.keys();
  }
}
