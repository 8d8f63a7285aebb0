package org.pagestamp.conformance.group;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.mode.PagingMode;

/**
 * Where the tables of one translated address are: a page for each level, one after another, and
 * before them the page that is mapped, as level 0.
 *
 * @param mode a mode with paging
 * @param base the page mapped
 */
record TableChain(PagingMode mode, long base) {
  /** Rights for everybody to do everything. */
  static final long ALL_RIGHTS = PagingRules.P | PagingRules.W | PagingRules.U;

  private static final long BASE = 0x10_0000L;

  /** Different ones, so that a level that uses another's index reads another entry. */
  private static final int[] INDEXES = {0, 11, 9, 3, 5, 7};

  private static final long OFFSET = 0x678;

  /** Room for five tables and the page, and for that of the address in a large page. */
  private static final int SLOT_PAGES = 16;

  static TableChain of(PagingMode mode) {
    return new TableChain(mode, BASE);
  }

  /** The same one elsewhere. */
  TableChain at(long newBase) {
    return new TableChain(mode, newBase);
  }

  int top() {
    return PagingRules.levels(mode);
  }

  /** The page of a level's table; 0 stands for the page mapped. */
  long table(int level) {
    return base + level * 0x1000L;
  }

  /** Where a level's entry is. */
  long entryGpa(int level) {
    return table(level) + (long) INDEXES[level] * PagingRules.entryBytes(mode);
  }

  /** An entry of a level that leads to the next, or to the page. */
  long entry(int level, long bits) {
    return table(level - 1) | (isPdpte(level) ? PagingRules.P : bits);
  }

  boolean isPdpte(int level) {
    return mode == PagingMode.PAE && level == 3;
  }

  /** The translated address, somewhere inside a page. */
  long gva() {
    long gva = OFFSET;
    for (int level = 1; level <= top(); level++) {
      gva |= (long) INDEXES[level] << PagingRules.shift(mode, level);
    }
    return gva;
  }

  /**
   * One slot for all pages. Its size is a power of two, for walkers that then take an address
   * outside for the one inside that has the same lower bits.
   */
  VectorSlot slot() {
    return new VectorSlot(base, SLOT_PAGES * 0x1000L, false);
  }

  /** A slot for each page, adjacent; bit n of {@code readOnly} makes that of level n read-only. */
  List<VectorSlot> slotEach(int readOnly) {
    List<VectorSlot> slots = new ArrayList<>();
    for (int level = 0; level <= top(); level++) {
      slots.add(new VectorSlot(table(level), 0x1000, (readOnly & 1 << level) != 0));
    }
    return slots;
  }

  /** Writes the entries of all levels, with these bits each. */
  void write(JudgedMachine machine, long bits) {
    for (int level = 1; level <= top(); level++) {
      machine.store(entryGpa(level), entry(level, bits));
    }
  }
}
