package org.pagestamp.guest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.ReservedBits;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.walk.VcpuState;

/**
 * Enumerates all that a guest's page tables map, by a descent of its own that shares no code with
 * any walker.
 *
 * <p>The descent is bounded by the depth of the mode, not by a set of visited tables: real guests
 * map one table at many addresses (Linux's espfix: 65,536) and map tables through themselves (Xen,
 * Windows). Tables that map themselves in every entry would take forever, hence limits.
 */
public final class Mappings {
  /** The most pages enumerated: 512 GiB in pages of 4 KiB. */
  public static final int MAX_PAGES = 1 << 27;

  /** The most tables visited, each as often as it is reached. */
  public static final int MAX_VISITS = 1 << 21;

  /** Receives the pages in ascending unsigned order of gva. */
  public interface Consumer {
    /** Takes a page; false ends the enumeration. */
    boolean mapping(Mapping mapping);

    /** Takes note of a table that is at hand, as often as it is reached. */
    default void table(long gpa) {}

    /** Takes note of addresses that cannot be enumerated. */
    default void missingTable(MissingTable table) {}
  }

  private final Guest guest;
  private final Role role;
  private final PagingMode mode;
  private final VcpuState vcpu;
  private final GuestMemory memory;
  private final Consumer consumer;
  private final Set<Long> tables = new HashSet<>();
  private final byte[][] pages;
  private final int maxPages;
  private int enumerated;
  private int visits;

  private Mappings(Guest guest, Consumer consumer, int maxPages) {
    this.maxPages = maxPages;
    this.guest = guest;
    this.role = guest.role();
    this.mode = role.mode();
    this.vcpu = guest.vcpu();
    this.memory = new GuestMemory(guest.layout());
    this.consumer = consumer;
    this.pages = new byte[mode.topLevel() + 1][(int) MemSlot.PAGE_SIZE];
  }

  /**
   * Enumerates {@code guest}; without paging there is nothing.
   *
   * @return the number of distinct pages that hold tables
   * @throws GuestFormatException if there are more than {@link #MAX_PAGES} pages or {@link
   *     #MAX_VISITS} visits of tables
   */
  public static int forEach(Guest guest, Consumer consumer) throws GuestFormatException {
    return forEach(guest, consumer, MAX_PAGES);
  }

  static int forEach(Guest guest, Consumer consumer, int maxPages) throws GuestFormatException {
    Mappings mappings = new Mappings(guest, consumer, maxPages);
    if (mappings.mode == PagingMode.PAE) {
      boolean _ = mappings.pdptes();
    } else if (mappings.mode != PagingMode.NO_PAGING) {
      long root = mappings.vcpu.cr3() & mappings.mode.rootMask();
      boolean _ = mappings.table(mappings.mode.topLevel(), root, 0, Rights.ALL);
    }
    return mappings.tables.size();
  }

  /** What the levels above allow. */
  private record Rights(boolean writable, boolean user, boolean executable, boolean reserved) {
    static final Rights ALL = new Rights(true, true, true, false);

    Rights under(long entry, boolean reservedHere) {
      return new Rights(
          writable && (entry & EntryBits.W) != 0,
          user && (entry & EntryBits.U) != 0,
          executable && (entry & EntryBits.NX) == 0,
          reserved || reservedHere);
    }
  }

  /** Level 3 of PAE paging is four registers, which carry no rights. */
  private boolean pdptes() throws GuestFormatException {
    long table = vcpu.cr3() & mode.rootMask();
    if (!isHeld(3, table, 0)) {
      return true;
    }
    PagingLevel level = mode.level(3);
    for (int i = 0; i < level.entries(); i++) {
      long pdpte = vcpu.pdpte(i);
      if ((pdpte & EntryBits.P) != 0
          && !table(2, pdpte & mode.tableMask(), (long) i << level.shift(), Rights.ALL)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a table can be read; counts it, or reports it if the dump lacks it. */
  private boolean isHeld(int level, long gpa, long gva) throws GuestFormatException {
    if (++visits > MAX_VISITS) {
      throw tooMany(MAX_VISITS + " tables");
    }
    return switch (guest.presence(gpa)) {
      case HELD -> {
        tables.add(gpa >>> MemSlot.PAGE_SHIFT);
        consumer.table(gpa);
        yield true;
      }
      case NOT_IN_DUMP -> {
        consumer.missingTable(new MissingTable(level, gpa, canonical(gva)));
        yield false;
      }
      case NO_MEMORY -> false;
    };
  }

  private GuestFormatException tooMany(String what) {
    return GuestFormatException.in(
        guest.name(),
        "the page tables lead to more than "
            + what
            + "; do tables map themselves in many entries?");
  }

  /** Visits a table; false to end the enumeration. */
  private boolean table(int number, long gpa, long gva, Rights above) throws GuestFormatException {
    byte[] page = pages[number];
    if (!isHeld(number, gpa, gva) || memory.read(gpa, page, 0, page.length) != page.length) {
      return true;
    }
    PagingLevel level = mode.level(number);
    ByteBuffer entries = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < level.entries(); i++) {
      long entry =
          mode.entryBytes() == Integer.BYTES
              ? Integer.toUnsignedLong(entries.getInt(i * Integer.BYTES))
              : entries.getLong(i * Long.BYTES);
      if ((entry & EntryBits.P) != 0
          && !entry(level, entry, gva | (long) i << level.shift(), above)) {
        return false;
      }
    }
    return true;
  }

  private boolean entry(PagingLevel level, long entry, long gva, Rights above)
      throws GuestFormatException {
    long mask = ReservedBits.mask(role, level, (entry & EntryBits.PS) != 0);
    Rights rights = above.under(entry, (entry & mask) != 0);
    if (!level.isLeaf(entry, role)) {
      return table(level.number() - 1, entry & mode.tableMask(), gva, rights);
    }
    if (++enumerated > maxPages) {
      throw tooMany(maxPages + " pages");
    }
    long frame = entry & mode.tableMask() & -level.pageSize();
    long high = (entry & level.highFrameBits()) << level.highFrameShift();
    return consumer.mapping(
        new Mapping(
            canonical(gva),
            level.number() == 1 ? frame : frame | high,
            level.number(),
            level.pageSize(),
            entry,
            rights.writable(),
            rights.user(),
            rights.executable(),
            rights.reserved()));
  }

  private long canonical(long gva) {
    int unused = Long.SIZE - mode.gvaBits();
    return mode.isLongMode() ? gva << unused >> unused : gva;
  }
}
