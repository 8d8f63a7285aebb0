package org.pagestamp.conformance.tlb;

import java.util.Random;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.MemSlot;

/**
 * The page tables of a trial's guest: a few pages, each of which can be a table of any level of any
 * mode, with four entries that addresses use. Entries lead to these pages again, so that tables are
 * shared, by levels too; or to others.
 */
final class TrialTables {
  /** Words of each slot that hold tables: 15 pages of slot 0, two of slot 1. */
  static final int[] WORDS = {15 * 512, 2 * 512};

  /** Where the tables are, in words: pages 1 to 12 of slot 0. */
  private static final int OWN_PAGES = 12;

  /** Pages that hold the four PDPTEs of PAE paging. */
  private static final long[] PDPT = {0xD000, 0xD020, 0xE000};

  /** The indices of 8-byte entries that addresses use; 4-byte entries are at twice the index. */
  private static final int[] INDICES = {0, 1, 2, 511};

  private static final long[] LARGE_FRAMES = {0, 0x20_0000, 0x40_0000, 0x4000_0000};

  private TrialTables() {}

  /** Fills the tables, always alike. */
  static void fill(TlbTrial trial) {
    Random random = new Random(1);
    for (int table = 0; table < OWN_PAGES + 2; table++) {
      for (int index : INDICES) {
        long value = page(random) | EntryBits.P | EntryBits.W | EntryBits.U;
        trial.store(slot(table), word(table) + index, value | bit(random, EntryBits.G, 40));
      }
    }
    for (long pdpt : PDPT) {
      for (int i = 0; i < 4; i++) {
        trial.store(0, (int) (pdpt / Long.BYTES) + i, page(random) | EntryBits.P);
      }
    }
  }

  private static int slot(int table) {
    return table < OWN_PAGES ? 0 : 1;
  }

  private static int word(int table) {
    return (table < OWN_PAGES ? table + 1 : table - OWN_PAGES) * 512;
  }

  /** A place of an entry, as slot and word. */
  record Place(int slot, int word) {
    static Place random(Random random) {
      int table = random.nextInt(OWN_PAGES + 2);
      return new Place(
          TrialTables.slot(table), TrialTables.word(table) + INDICES[random.nextInt(4)]);
    }
  }

  /** The place of a PDPTE. */
  static Place pdpte(Random random) {
    long pdpt = PDPT[random.nextInt(PDPT.length)];
    return new Place(0, (int) (pdpt / Long.BYTES) + random.nextInt(4));
  }

  /** A PDPTE. */
  static long pdpteValue(Random random) {
    return page(random) | bit(random, EntryBits.P, 90);
  }

  /** The gpa of one of the tables. */
  private static long page(Random random) {
    int table = random.nextInt(OWN_PAGES + (random.nextInt(3) == 0 ? 2 : 0));
    return TrialVcpu.BASES[slot(table)] + word(table) * (long) Long.BYTES;
  }

  /** A value for CR3, without PCID. */
  static long root(PagingMode mode, int number) {
    return mode == PagingMode.PAE ? PDPT[number % PDPT.length] : (number % 3 + 1) * 0x1000L;
  }

  /** A random entry; most are present, with all rights. */
  static long entry(Random random) {
    long frame =
        switch (random.nextInt(50)) {
          case 0, 1 -> 0x2_0000 + (random.nextInt(32) << MemSlot.PAGE_SHIFT);
          case 2 -> 0x10_2000 + (random.nextInt(16) << MemSlot.PAGE_SHIFT);
          case 3 -> 0x20_0000 + (random.nextInt(16) << MemSlot.PAGE_SHIFT);
          case 4 -> 0x500_0000;
          default -> page(random);
        };
    boolean large = random.nextInt(8) == 0;
    long entry = large ? LARGE_FRAMES[random.nextInt(LARGE_FRAMES.length)] : frame;
    entry |= large ? EntryBits.PS : 0;
    entry |= bit(random, EntryBits.P, 98) | bit(random, EntryBits.W, 93);
    entry |= bit(random, EntryBits.U, 95) | bit(random, EntryBits.A, 60);
    entry |= bit(random, EntryBits.D, 60) | bit(random, EntryBits.G, 40);
    entry |= bit(random, EntryBits.NX, 4);
    return random.nextInt(4) == 0 ? entry | random.nextLong(16) << EntryBits.KEY_SHIFT : entry;
  }

  private static long bit(Random random, long bit, int percent) {
    return random.nextInt(100) < percent ? bit : 0;
  }

  /** One of the addresses that the entries are for. */
  static long gva(PagingMode mode, int number) {
    int rest = number;
    if (mode == PagingMode.NO_PAGING) {
      return (rest & 0xFF) * MemSlot.PAGE_SIZE * 0x11;
    }
    long gva = 0;
    for (int level = 1; level <= mode.topLevel(); level++) {
      int choice = rest & 3;
      rest >>>= 2;
      int index = level < 3 ? INDICES[choice] : INDICES[choice < 2 ? 0 : 3];
      if (mode == PagingMode.PAE && level == 3) {
        index = choice;
      }
      int scaled = mode.entryBytes() == Integer.BYTES ? 2 * index : index;
      gva |= (long) scaled << mode.level(level).shift();
    }
    return mode.isLongMode() ? gva << (64 - mode.gvaBits()) >> (64 - mode.gvaBits()) : gva;
  }
}
