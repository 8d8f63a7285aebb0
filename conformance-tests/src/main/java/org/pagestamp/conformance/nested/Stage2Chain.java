package org.pagestamp.conformance.nested;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.conformance.rules.Stage2Rules;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Role;

/**
 * The tables of stage 2 for one address: a page for each level, and the page mapped, which is level
 * 0.
 */
final class Stage2Chain {
  /** Reads, writes and fetches of every kind. */
  static final int[] ACCESSES = {
    Stage2Access.READ,
    Stage2Access.WRITE,
    Stage2Access.READ | Stage2Access.WRITE,
    Stage2Access.FETCH,
    Stage2Access.FETCH | Stage2Access.USER,
    Stage2Access.READ | Stage2Access.TABLE,
    Stage2Access.READ | Stage2Access.WRITE | Stage2Access.TABLE,
    Stage2Access.READ | Stage2Access.FINAL,
    Stage2Access.WRITE | Stage2Access.FINAL,
    Stage2Access.FETCH | Stage2Access.FINAL,
    Stage2Access.FETCH | Stage2Access.USER | Stage2Access.FINAL,
  };

  private static final long BASE = 0x10_0000L;
  private static final long SLOT_SIZE = 0x8000;

  /** Where in its page the root of a host in PAE paging is. */
  private static final long PDPT_OFFSET = 0x4C0;

  private static final long FRAME = 0x4000_0000L; // of a page of 1 GiB as well

  /** Different ones, so that a level that uses another's index reads another entry. */
  private static final int[] INDEXES = {0, 11, 9, 3, 5, 7};

  private final Stage2Rules rules;
  private final int leaf;
  private final boolean marked;

  /** A chain that ends at the level {@code leaf}, with accessed and dirty bits clear. */
  Stage2Chain(Stage2Role role, int leaf) {
    this(new Stage2Rules(role), leaf, false);
  }

  private Stage2Chain(Stage2Rules rules, int leaf, boolean marked) {
    this.rules = rules;
    this.leaf = leaf;
    this.marked = marked;
  }

  /** The same with all accessed and dirty bits set. */
  Stage2Chain marked() {
    return new Stage2Chain(rules, leaf, true);
  }

  /** The chains of a format, one for each level that can map a page. */
  static List<Stage2Chain> all(Stage2Role role) {
    List<Stage2Chain> chains = new ArrayList<>();
    Stage2Rules rules = new Stage2Rules(role);
    for (int level = 1; level <= rules.levels(); level++) {
      if (level == 1 || rules.hasLargePages(level)) {
        chains.add(new Stage2Chain(role, level));
      }
    }
    return chains;
  }

  Stage2Rules rules() {
    return rules;
  }

  int top() {
    return rules.levels();
  }

  int leaf() {
    return leaf;
  }

  int width() {
    return rules.entryBytes();
  }

  /** The address translated, somewhere inside a page. */
  long gpa() {
    long gpa = 0x678;
    for (int level = 1; level <= top(); level++) {
      gpa |= (long) INDEXES[level] << rules.shift(level);
    }
    return gpa & PagingRules.bits(rules.gpaBits() - 1, 0);
  }

  private static long table(int level) {
    return BASE + level * 0x1000L;
  }

  /** EPTP or nCR3. */
  long root() {
    boolean pdpt = rules.rootTable(PDPT_OFFSET) != 0;
    return pdpt ? table(top()) | PDPT_OFFSET : table(top());
  }

  /** Where a level's entry is. */
  long place(int level) {
    long table = level == top() ? root() : table(level);
    return table + (long) rules.index(level, gpa()) * width();
  }

  /** Whether a level's entry has rights, and accessed and dirty bits. */
  boolean hasRights(int level) {
    return rules.isEpt() || !(rules.gpaBits() == 32 && width() == 8 && level == 3);
  }

  /** A level's entry that allows everything. */
  long entry(int level) {
    long allowed = rules.isEpt() ? 7 | 1 << 10 : hasRights(level) ? 7 : 1;
    long rights = marked ? allowed | settable(level) : allowed;
    if (level > leaf) {
      return table(level - 1) | rights;
    }
    return FRAME | rights | (rules.isEpt() ? 6 << 3 : 0) | (leaf > 1 ? 1 << 7 : 0);
  }

  /** The bits that a walk which writes may set in the entry of a level. */
  private long settable(int level) {
    return rules.accessed(level) | (level == leaf ? rules.dirty(level) : 0);
  }

  /** Bits that are rights in an entry, NX included. */
  long rightBits() {
    return rules.isEpt() ? 7 | 1 << 10 : 7 | (width() == 8 ? PagingRules.NX : 0);
  }

  /** The 4-KiB page of the address. */
  long page() {
    return rules.page(leaf, entry(leaf), gpa()) & -0x1000L;
  }

  /** A slot for each table and for the page, read-only where the set has the level's bit. */
  List<VectorSlot> slots(int readOnly) {
    List<VectorSlot> slots = new ArrayList<>();
    for (int level = leaf; level <= top(); level++) {
      slots.add(new VectorSlot(table(level), 0x1000, (readOnly >>> level & 1) != 0));
    }
    slots.add(new VectorSlot(page(), 0x1000, (readOnly & 1) != 0));
    return slots;
  }

  /** One slot for all tables, its size a power of two, and one for the page. */
  List<VectorSlot> oneSlot() {
    return List.of(new VectorSlot(BASE, SLOT_SIZE, false), new VectorSlot(page(), 0x1000, false));
  }

  /** A slot for each table and the page, without the table of a level; 0 stands for the page. */
  List<VectorSlot> slotsWithout(int level) {
    long missing = level == 0 ? page() : table(level);
    return slots(0).stream().filter(slot -> slot.baseGpa() != missing).toList();
  }

  /** Writes all entries that lie in slots. */
  void write(JudgedMachine machine) {
    for (int level = leaf; level <= top(); level++) {
      if (machine.memory().slotOf(place(level)) >= 0) {
        set(machine, level, entry(level));
      }
    }
  }

  /** Writes one entry. */
  void set(JudgedMachine machine, int level, long entry) {
    machine.store(place(level), entry, width());
  }

  /**
   * Sets or clears a level's bits.
   *
   * @param marked lowest bit first: A of each level from the leaf up, then D of the leaf
   */
  void mark(JudgedMachine machine, int level, int marked) {
    if (machine.memory().slotOf(place(level)) < 0 || !hasRights(level)) {
      return;
    }
    int accessedBit = rules.isEpt() ? 8 : 5;
    boolean dirty = level == leaf && marked >>> (top() - leaf + 1) != 0;
    long accessed = (long) (marked >>> (level - leaf) & 1) << accessedBit;
    set(machine, level, entry(level) | accessed | (dirty ? 2L << accessedBit : 0));
  }
}
