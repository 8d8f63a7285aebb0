package org.pagestamp.conformance.nested;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.conformance.rules.Stage2Rules;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedOption;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.PdpteAccess;

/**
 * A guest of one chain of tables over stage 2, which has a path of its own for each frame as far as
 * addresses of the guest can differ. Everything is allowed; cases change that. Accessed and dirty
 * bits are clear, or set.
 */
final class Scene {
  private static final long BASE = 0x20_0000L;
  private static final long OFFSET = 0x9A8;
  private static final long ALL = PagingRules.P | PagingRules.W | PagingRules.U; // also R, W and X
  private static final long EPT_LEAF = ALL | 6 << 3 | 1 << 10; // write-back
  private static final long EPT_TABLE = ALL | 1 << 10;

  /** Of one slot for all pages: a power of two, which divides the base, too. */
  private static final long SLOT_SIZE = 0x4_0000L;

  /** Where in its page the table is that CR3 of a guest in PAE paging points to. */
  private static final long PDPT_OFFSET = 0x6A0;

  /** The same of nCR3, of a host in PAE paging. */
  private static final long HOST_PDPT_OFFSET = 0x4C0;

  private final PagingMode mode;
  private final Stage2Rules rules;
  private final int top;
  private final int first;
  private final boolean marked;
  private final boolean knownFrames;
  private final Map<Long, Long> hostPages = new HashMap<>();
  private final Map<Long, Entry> entries = new TreeMap<>();
  private final Map<Position, Long> places = new HashMap<>();
  private long pages = 1; // the first is the root of stage 2

  /**
   * A position in the order of reading.
   *
   * @param level of the guest's table whose frame stage 2 translates; 0 for the page
   * @param stage2 level of the stage-2 entry; 0 for the guest's own entry
   */
  record Position(int level, int stage2) {}

  private record Entry(long value, int width) {}

  /** A scene whose accessed and dirty bits are clear. */
  Scene(NestedRole role) {
    this(role, false);
  }

  /**
   * A scene whose accessed and dirty bits are all set, as in most walks of real guests: those that
   * generated walkers are made for.
   */
  static Scene marked(NestedRole role) {
    return new Scene(role, true);
  }

  private Scene(NestedRole role, boolean marked) {
    this.marked = marked;
    knownFrames = role.has(NestedOption.GUEST_FRAME_MARKED);
    mode = role.guest().mode();
    rules = new Stage2Rules(role.stage2());
    top = PagingRules.levels(mode);
    boolean loaded = mode == PagingMode.PAE && role.pdpteAccess() != PdpteAccess.IN_WALK;
    first = loaded ? top - 1 : top;
    for (int level = top; level >= 0; level--) {
      map(level);
    }
    for (int level = top; level > 0; level--) {
      long place = place(level, level);
      places.put(new Position(level, 0), place);
      put(place, frame(level - 1) | (isPdpte(level) ? PagingRules.P : ALL), guestBytes());
    }
    if (marked) {
      positions().forEach(this::mark);
      misguide();
    }
  }

  private void mark(Position position) {
    put(place(position), entry(position) | settable(position), width(position));
  }

  /**
   * Makes walks that lose an offset succeed, but elsewhere: misleading entries point to the page,
   * which holds such entries, too.
   */
  private void misguide() {
    for (int level = top; level > 0; level--) {
      boolean pdpte = isPdpte(level);
      long place = pdpte ? place(new Position(level, 0)) - PDPT_OFFSET : place(0, level);
      put(place, misleading(level), guestBytes());
    }
  }

  /** Where the guest's entry of a level would be if the page of another level were its table. */
  private long place(int page, int level) {
    return hostPage(page) | (gpa(level) & 0xFFF);
  }

  /** An entry of a level that is in order and leads elsewhere: to the page as the next table. */
  long misleading(int level) {
    return isPdpte(level)
        ? frame(0) | PagingRules.P
        : frame(level == 1 ? 1 : 0) | ALL | settable(new Position(level, 0));
  }

  private boolean isPdpte(int level) {
    return mode == PagingMode.PAE && level == 3;
  }

  private int guestBytes() {
    return PagingRules.entryBytes(mode);
  }

  private void put(long place, long value, int width) {
    entries.put(place, new Entry(value, width));
  }

  private void map(int level) {
    long gpa = frame(level);
    long page = newPage();
    hostPages.put(gpa, page);
    long table = root();
    for (int number = rules.levels(); number > 0; number--) {
      long place = table + (long) rules.index(number, gpa) * rules.entryBytes();
      places.put(new Position(level, number), place);
      if (number == 1) {
        put(place, page | (rules.isEpt() ? EPT_LEAF : ALL), rules.entryBytes());
      } else if (!entries.containsKey(place)) {
        boolean pdpte = rules.accessed(1) != 0 && rules.accessed(number) == 0;
        long bits = pdpte ? PagingRules.P : rules.isEpt() ? EPT_TABLE : ALL;
        put(place, newPage() | bits, rules.entryBytes());
      }
      table = rules.nextTable(entries.get(place).value) & -0x1000L;
    }
  }

  private long newPage() {
    return BASE + 0x1000L * pages++;
  }

  /** The guest's frame of a level's table; of the page, at level 0. */
  private long frame(int level) {
    if (mode == PagingMode.NO_PAGING) {
      return gva() & -0x1000L;
    }
    long low = (long) (level & 3) << 30 | (long) (level + 8) << 22 | (long) (level + 16) << 12;
    if (!PagingRules.isLong(mode) || rules.gpaBits() <= 32) {
      return low;
    }
    return low | (level + 1L) << 39 | (rules.gpaBits() > 48 ? (level + 1L) << 48 : 0);
  }

  private long hostPage(int level) {
    return hostPages.get(frame(level));
  }

  /** The address, in the guest's terms, of its entry at a level; of level 0: of the byte. */
  long gpa(int level) {
    if (level == 0) {
      return frame(0) | OFFSET;
    }
    long table = frame(level) | (isPdpte(level) ? PDPT_OFFSET : 0);
    return table | (long) PagingRules.index(mode, level, gva()) * guestBytes();
  }

  /** The linear address of a byte in the page. */
  long gva() {
    return (PagingRules.isLong(mode) ? 0x7654_3210_9000L : 0x9432_1000L) | OFFSET;
  }

  long cr3() {
    return switch (mode) {
      case NO_PAGING -> 0;
      case PAE -> frame(top) | PDPT_OFFSET;
      default -> frame(top);
    };
  }

  /** EPTP or nCR3. */
  long root() {
    boolean pdpt = rules.rootTable(HOST_PDPT_OFFSET) != 0;
    return pdpt ? BASE | HOST_PDPT_OFFSET : BASE;
  }

  /** All positions, in the order in which a walk reads them. */
  List<Position> positions() {
    List<Position> positions = new ArrayList<>();
    for (int level = first; level >= 0; level--) {
      for (int number = rules.levels(); number > 0; number--) {
        positions.add(new Position(level, number));
      }
      if (level > 0) {
        positions.add(new Position(level, 0));
      }
    }
    return positions;
  }

  /** Where the entry of a position is. */
  long place(Position position) {
    return places.get(position);
  }

  /** Bytes of the entry of a position. */
  int width(Position position) {
    return position.stage2 == 0 ? guestBytes() : rules.entryBytes();
  }

  /** The entry of a position with everything allowed. */
  long entry(Position position) {
    return entries.get(place(position)).value;
  }

  /** The bits that a walk which writes may set in the entry of a position. */
  long settable(Position position) {
    int level = position.stage2;
    if (level == 0) {
      return isPdpte(position.level)
          ? 0
          : PagingRules.A | (position.level == 1 ? PagingRules.D : 0);
    }
    return rules.accessed(level) | (level == 1 ? rules.dirty(level) : 0);
  }

  /**
   * Where the guest's entry of a level is if the entry of stage 2 at {@code leaf} maps its table by
   * a large page at {@code frame}.
   */
  long placeIn(Position leaf, long frame) {
    return frame | (gpa(leaf.level) & PagingRules.bits(rules.shift(leaf.stage2) - 1, 0));
  }

  /** A leaf of stage 2 at a level above 1. */
  long large(long frame) {
    long bits = rules.isEpt() ? EPT_LEAF : ALL;
    return frame | bits | PagingRules.PS | marksOfLeaf();
  }

  /** The bits that are set from the beginning in a leaf of stage 2. */
  long marksOfLeaf() {
    return marked ? rules.accessed(1) | rules.dirty(1) : 0;
  }

  /** Whether all accessed and dirty bits are set. */
  boolean isMarked() {
    return marked;
  }

  /** The page mapped. */
  long page() {
    return hostPage(0);
  }

  /** The pages of all tables, and the page mapped. */
  SortedSet<Long> pages() {
    SortedSet<Long> all = new TreeSet<>();
    for (long page = 0; page < pages; page++) {
      all.add(BASE + 0x1000L * page);
    }
    return all;
  }

  /** One slot for all pages, its size a power of two. */
  VectorSlot slot() {
    return new VectorSlot(BASE, SLOT_SIZE, false);
  }

  /**
   * A slot for each page; where the frames of its tables that the guest knows are to be marked
   * dirty, for each of those too, every other one read-only.
   */
  List<VectorSlot> slots(Set<Long> readOnly, Set<Long> holes) {
    List<VectorSlot> slots = new ArrayList<>();
    for (long page : pages()) {
      if (!holes.contains(page)) {
        slots.add(new VectorSlot(page, 0x1000, readOnly.contains(page)));
      }
    }
    for (int level = knownFrames ? top : 0; level > 0; level--) {
      slots.add(new VectorSlot(frame(level), 0x1000, level % 2 == 0));
    }
    return slots;
  }

  /** Writes all entries that lie in slots. */
  void write(JudgedMachine machine) {
    entries.forEach(
        (place, entry) -> {
          if (machine.memory().slotOf(place) >= 0) {
            machine.store(place, entry.value, entry.width);
          }
        });
  }

  /** Sets or clears the bits that walks set, at all positions of the guest or of stage 2. */
  void mark(JudgedMachine machine, boolean stage2, boolean set) {
    for (Position position : positions()) {
      long place = place(position);
      if ((position.stage2 > 0) == stage2 && machine.memory().slotOf(place) >= 0) {
        long entry = machine.load(place, width(position)) & ~settable(position);
        machine.store(place, set ? entry | settable(position) : entry, width(position));
      }
    }
  }
}
