package org.pagestamp.conformance.smp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotFlag;

/**
 * The guest that all virtual CPUs share: 4-level tables that map 4 MiB from gva 0, by one leaf
 * table in ordinary RAM whose entries change all the time, and one in a slot that is read-only now
 * and then; and a cold GiB from gva 1 GiB, each page of which is walked once in a while.
 *
 * <pre>
 * slot 0   0x0000000  64 MiB    tables, the counter, data pages 0x100 to 0x1FF, cold leaf tables
 *                               from 0x200000, pages for cold stores from 0x400000
 * slot 1   0x8000000  4 KiB     the leaf table of gva 2 to 4 MiB; read-only now and then
 * slot 2   0x9000000  256 KiB   data pages; comes and goes, each time with new memory
 * slot 3   0xA000000  256 KiB   data pages; moves to 0xB000000 and back, read-only now and then
 *          0xC000000            nothing: MMIO
 * </pre>
 *
 * <p>What a leaf says besides its frame follows from the frame, so an answer made of two entries
 * shows. What memory holds follows likewise from what was written and where. Cold pages show a lost
 * mark of a dirty log that on others the next one would hide.
 */
final class StressGuest implements AutoCloseable {
  static final int MAIN = 0;
  static final int TABLE = 1;
  static final int COMING = 2;
  static final int MOVING = 3;

  static final long ROOT = 0x1000;
  static final int PAGES = 1024;
  static final long COMING_BASE = 0x900_0000;
  static final long[] MOVING_BASES = {0xA00_0000, 0xB00_0000};
  static final long SMALL_BYTES = 0x4_0000;

  private static final long MAIN_BYTES = 64 << 20;
  private static final long CHANGING_TABLE = 0x4000;
  private static final long TABLE_BASE = 0x800_0000;
  private static final long COUNTER = 0x5000;
  private static final int TABLE_ENTRIES = 512;
  private static final long HOLE = 0xC000;
  private static final long COLD_GVA = 1L << 30;
  private static final long COLD_DIRECTORY = 0x6000;
  private static final long COLD_TABLES = 0x20_0000;
  private static final int COLD_WALKS = TABLE_ENTRIES * TABLE_ENTRIES;
  private static final long COLD_STORES = 0x40_0000;
  private static final int COLD_PAGES = (int) ((MAIN_BYTES - COLD_STORES) / MemSlot.PAGE_SIZE);
  private static final long LINK = EntryBits.P | EntryBits.W | EntryBits.U;

  /** The bits of a leaf that follow from its frame, as they stand in a result. */
  private static final long FRAME_BITS =
      EntryBits.PWT | EntryBits.PCD | EntryBits.G | EntryBits.KEY;

  private final Arena arena = Arena.ofShared();
  private final MemorySlots slots = new MemorySlots();

  StressGuest() {
    create(MAIN, 0, MAIN_BYTES);
    create(TABLE, TABLE_BASE, MemSlot.PAGE_SIZE);
    create(MOVING, MOVING_BASES[0], SMALL_BYTES);
    MemSlot main = slots.slot(MAIN);
    main.write(ROOT, Long.BYTES, 0x2000 | LINK);
    main.write(0x2000, Long.BYTES, 0x3000 | LINK);
    main.write(0x3000, Long.BYTES, CHANGING_TABLE | LINK);
    main.write(0x3008, Long.BYTES, TABLE_BASE | LINK);
    main.write(0x2008, Long.BYTES, COLD_DIRECTORY | LINK);
    for (int i = 0; i < TABLE_ENTRIES; i++) {
      long table = COLD_TABLES + i * MemSlot.PAGE_SIZE;
      main.write(COLD_DIRECTORY + (long) i * Long.BYTES, Long.BYTES, table | LINK);
    }
    cool();
    for (int i = 0; i < TABLE_ENTRIES; i++) {
      main.write(entryGpa(i), Long.BYTES, leaf(frame(i)));
      slots.slot(TABLE).write(TABLE_BASE + (long) i * Long.BYTES, Long.BYTES, leaf(frame(i)));
    }
  }

  /** Makes the cold leaf entries as if never used; nobody walks meanwhile. */
  void cool() {
    MemSlot main = slots.slot(MAIN);
    for (int i = 0; i < COLD_WALKS; i++) {
      main.write(COLD_TABLES + (long) i * Long.BYTES, Long.BYTES, leaf(0x100 | (i & 0xFF)));
    }
  }

  private void create(int id, long base, long bytes) {
    MemorySegment memory = arena.allocate(bytes, MemSlot.PAGE_SIZE);
    slots.create(id, base, bytes, EnumSet.of(SlotFlag.LOG_DIRTY_PAGES), Backing.of(memory));
  }

  MemorySlots slots() {
    return slots;
  }

  /** Whether the leaf of a gva is one that changes. */
  static boolean changes(long gva) {
    return gva >>> MemSlot.PAGE_SHIFT < TABLE_ENTRIES;
  }

  /** Whether the leaf of a gva is in the table that is read-only now and then. */
  static boolean isInTableSlot(long gva) {
    long page = gva >>> MemSlot.PAGE_SHIFT;
    return page >= TABLE_ENTRIES && page < PAGES;
  }

  /** An address of the cold GiB; the same again after a quarter of a million. */
  static long coldGva(int number) {
    return COLD_GVA + ((long) (number & COLD_WALKS - 1) << MemSlot.PAGE_SHIFT);
  }

  /** Where a cold store goes; the same again after some thousands. */
  static long coldGpa(int number) {
    return COLD_STORES + Integer.remainderUnsigned(number, COLD_PAGES) * MemSlot.PAGE_SIZE;
  }

  /** Where an entry of the changing table is. */
  static long entryGpa(int index) {
    return CHANGING_TABLE + (long) index * Long.BYTES;
  }

  static long counterGpa() {
    return COUNTER;
  }

  /** The frame for a choice: in one of the slots with data, or in none. */
  static long frame(int choice) {
    int page = choice >>> 3 & 0x3F;
    return switch (choice & 7) {
      case 0, 1, 2, 3 -> 0x100 | (choice >>> 2 & 0xFF);
      case 4 -> (COMING_BASE >>> MemSlot.PAGE_SHIFT) + page;
      case 5 -> (MOVING_BASES[0] >>> MemSlot.PAGE_SHIFT) + page;
      case 6 -> (MOVING_BASES[1] >>> MemSlot.PAGE_SHIFT) + page;
      default -> HOLE | page;
    };
  }

  private static boolean isData(long gfn) {
    long base = gfn & ~0x3FL;
    return gfn >>> 8 == 1
        || base == COMING_BASE >>> MemSlot.PAGE_SHIFT
        || base == MOVING_BASES[0] >>> MemSlot.PAGE_SHIFT
        || base == MOVING_BASES[1] >>> MemSlot.PAGE_SHIFT
        || base == HOLE;
  }

  /** The leaf that maps a frame, never used yet. */
  static long leaf(long gfn) {
    return gfn << MemSlot.PAGE_SHIFT | LINK | frameBits(gfn);
  }

  private static long frameBits(long gfn) {
    return mix(gfn) & FRAME_BITS;
  }

  /** Whether a result's parts all come from one leaf. */
  static boolean isWhole(long result) {
    long gfn = result >>> MemSlot.PAGE_SHIFT & (1L << 40) - 1;
    return isData(gfn) && (result & FRAME_BITS) == frameBits(gfn);
  }

  /** What a guest writes to a cell of a page, whatever the page's address at the time. */
  static long cell(long gpa, int number) {
    return (long) number << Integer.SIZE | checkOf(gpa, number);
  }

  /** Whether a cell holds what was once written to it as a whole, or nothing. */
  static boolean isWhole(long gpa, long cell) {
    return cell == 0 || (cell & 0xFFFF_FFFFL) == checkOf(gpa, (int) (cell >>> Integer.SIZE));
  }

  private static long checkOf(long gpa, int number) {
    long place = gpa & SMALL_BYTES - 1;
    return mix(place << Integer.SIZE | Integer.toUnsignedLong(number)) & 0xFFFF_FFFFL;
  }

  /** The finalizer of SplitMix64. */
  private static long mix(long value) {
    long z = (value ^ value >>> 30) * 0xBF58_476D_1CE4_E5B9L;
    z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
    return z ^ z >>> 31;
  }

  long counter() {
    return slots.slot(MAIN).read(COUNTER, Long.BYTES);
  }

  @Override
  public void close() {
    arena.close();
  }
}
