package org.pagestamp.debug;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.pagestamp.debug.PageTables.Ending;
import org.pagestamp.debug.PageTables.Visitor;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.ReservedBits;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.VcpuState;

/**
 * One search through page tables, depth first. It is bounded by the depth of the mode, not by a set
 * of visited tables: one table may be mapped at many addresses.
 */
final class TableSearch {
  private static final long RIGHTS = EntryBits.W | EntryBits.U | EntryBits.NX;

  /** In what is combined: no level has a reserved bit set. */
  private static final long CLEAN = EntryBits.P;

  /** The level of PAE paging without rights, whose entries most roles have in registers. */
  private static final PagingLevel PDPTES = PagingMode.PAE.level(3);

  private final Role role;
  private final PagingMode mode;
  private final VcpuState registers;
  private final SlotLayout layout;
  private final int maxTables;
  private final Visitor visitor;
  private final LongUnaryOperator inSlots;

  /** For the reverse lookup: whether a table, used at a level, leads to {@link #wanted}. */
  private final Map<Table, Boolean> leading = new HashMap<>();

  private boolean reverse;
  private long wanted;
  private int visited;
  private Ending ending = Ending.COMPLETE;

  private record Table(int level, long gpa) {}

  TableSearch(Role role, VcpuState registers, SlotLayout layout, int maxTables, Visitor visitor) {
    this(role, registers, layout, maxTables, visitor, LongUnaryOperator.identity());
  }

  /**
   * A search of tables that are not where their addresses say.
   *
   * @param inSlots where a table is in the slots; -1 if nowhere
   */
  TableSearch(
      Role role,
      VcpuState registers,
      SlotLayout layout,
      int maxTables,
      Visitor visitor,
      LongUnaryOperator inSlots) {
    this.role = role;
    this.mode = role.mode();
    this.registers = registers;
    this.layout = layout;
    this.maxTables = maxTables;
    this.visitor = visitor;
    this.inSlots = inSlots;
  }

  Ending all() {
    if (mode != PagingMode.NO_PAGING) {
      descend(mode.topLevel(), registers.cr3() & mode.rootMask(), 0, RIGHTS | CLEAN);
    }
    return ending;
  }

  Ending of(long gpa) {
    reverse = true;
    wanted = gpa;
    if (mode != PagingMode.NO_PAGING) {
      long root = registers.cr3() & mode.rootMask();
      if (leads(mode.topLevel(), root, 0)) {
        visited = 0;
        descend(mode.topLevel(), root, 0, RIGHTS | CLEAN);
      }
    } else if (gpa >>> mode.gvaBits() == 0) {
      long page = gpa & -MemSlot.PAGE_SIZE;
      found(new Mapping(page, page, 0, MemSlot.PAGE_SIZE, 0, true, true, true, false));
    }
    return ending;
  }

  private boolean ended() {
    return ending != Ending.COMPLETE;
  }

  private void found(Mapping mapping) {
    if (reverse) {
      visited = 0;
    }
    if (!visitor.mapping(mapping)) {
      ending = Ending.STOPPED;
    }
  }

  /** Counts a table; whether it is to be looked into. */
  private boolean enter(int level, long gpa, long gva) {
    if (visited == maxTables) {
      ending = Ending.TOO_MANY_TABLES;
      return false;
    }
    visited++;
    return reverse || visitor.table(level, gpa, canonical(gva));
  }

  /** The slot of a table's page; null if it has none, so that nothing is mapped there. */
  private MemSlot slotOf(int level, long gpa) {
    return inRegisters(level) ? null : layout.find(gpa >>> MemSlot.PAGE_SHIFT);
  }

  private boolean isPdptes(int level) {
    return mode == PagingMode.PAE && level == PDPTES.number();
  }

  private boolean inRegisters(int level) {
    return isPdptes(level) && !role.readsPdptes();
  }

  private long entry(MemSlot slot, int level, long table, int index) {
    if (inRegisters(level)) {
      return registers.pdpte(index);
    }
    return slot == null
        ? 0
        : slot.read(table + (long) index * mode.entryBytes(), mode.entryBytes());
  }

  /**
   * Passes on what a table maps.
   *
   * @param above AND of the entries above, with NX inverted
   */
  private void descend(int number, long table, long gva, long above) {
    long place = inRegisters(number) ? table : inSlots.applyAsLong(table);
    if (place == -1 || !enter(number, place, gva)) {
      return;
    }
    PagingLevel level = mode.level(number);
    MemSlot slot = slotOf(number, place);
    for (int i = 0; i < level.entries() && !ended(); i++) {
      long entry = entry(slot, number, place, i);
      if ((entry & EntryBits.P) == 0) {
        continue;
      }
      long address = gva | ((long) i << level.shift());
      long combined = inRegisters(number) ? above : above & combinable(level, entry);
      if (level.isLeaf(entry, role)) {
        Mapping mapping = mapping(level, entry, address, combined);
        if (!reverse || mapping.contains(wanted)) {
          found(mapping);
        }
      } else {
        long next = entry & mode.tableMask();
        if (!reverse || leads(number - 1, next, address)) {
          descend(number - 1, next, address, combined);
        }
      }
    }
  }

  private long combinable(PagingLevel level, long entry) {
    long mask = ReservedBits.mask(role, level, (entry & EntryBits.PS) != 0);
    long clean = (entry & mask) == 0 ? CLEAN : 0;
    long rights = isPdptes(level.number()) ? RIGHTS : (entry ^ EntryBits.NX) & RIGHTS;
    return rights | clean;
  }

  private Mapping mapping(PagingLevel level, long entry, long gva, long combined) {
    return new Mapping(
        canonical(gva),
        pageGpa(level, entry),
        level.number(),
        level.pageSize(),
        entry,
        (combined & EntryBits.W) != 0,
        (combined & EntryBits.U) != 0,
        (combined & EntryBits.NX) != 0,
        (combined & CLEAN) == 0);
  }

  private long pageGpa(PagingLevel level, long entry) {
    long frame = entry & mode.tableMask() & -level.pageSize();
    long high = (entry & level.highFrameBits(role)) << level.highFrameShift();
    return frame | high;
  }

  /** Whether a table leads to the address that is looked for; each is looked into once. */
  private boolean leads(int number, long table, long gva) {
    Table key = new Table(number, table);
    Boolean known = leading.get(key);
    if (known == null) {
      known = !ended() && looksLeading(number, table, gva);
      leading.put(key, known);
    }
    return known;
  }

  private boolean looksLeading(int number, long table, long gva) {
    if (!enter(number, table, gva) || !visitor.table(number, table, canonical(gva))) {
      return false;
    }
    PagingLevel level = mode.level(number);
    MemSlot slot = slotOf(number, table);
    boolean leads = false;
    for (int i = 0; i < level.entries() && !ended(); i++) {
      long entry = entry(slot, number, table, i);
      if ((entry & EntryBits.P) == 0) {
        continue;
      }
      if (level.isLeaf(entry, role)) {
        leads |= Long.compareUnsigned(wanted - pageGpa(level, entry), level.pageSize()) < 0;
      } else {
        long address = gva | ((long) i << level.shift());
        leads |= leads(number - 1, entry & mode.tableMask(), address);
      }
    }
    return leads;
  }

  private long canonical(long gva) {
    int unused = Long.SIZE - mode.gvaBits();
    return mode.isLongMode() ? (gva << unused) >> unused : gva;
  }
}
