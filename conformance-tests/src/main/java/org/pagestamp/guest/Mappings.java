package org.pagestamp.guest;

import java.util.HashSet;
import java.util.Set;
import org.pagestamp.debug.Mapping;
import org.pagestamp.debug.PageTables;
import org.pagestamp.debug.PageTables.Ending;
import org.pagestamp.slot.MemSlot;

/**
 * What a guest's page tables map, by {@link PageTables}, whose descent shares no code with any
 * walker; and which tables are not at hand.
 *
 * <p>Real guests map one table at many addresses (Linux's espfix: 65,536) and map tables through
 * themselves (Xen, Windows). Tables that map themselves in every entry would take forever, hence
 * limits.
 */
public final class Mappings {
  /** The most pages enumerated: 512 GiB in pages of 4 KiB. */
  public static final int MAX_PAGES = 1 << 27;

  /** The most tables visited, each as often as it is reached. */
  public static final int MAX_VISITS = PageTables.MAX_TABLES;

  /** Receives the pages in ascending unsigned order of gva. */
  public interface Consumer {
    /** Takes a page; false ends the enumeration. */
    boolean mapping(Mapping mapping);

    /** Takes note of a table that is at hand, as often as it is reached. */
    default void table(long gpa) {}

    /** Takes note of addresses that cannot be enumerated. */
    default void missingTable(MissingTable table) {}
  }

  private Mappings() {}

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
    GuestTables tables = new GuestTables(guest, consumer, maxPages);
    return tables.ended(tables.of().forEach(tables));
  }

  /**
   * Enumerates the pages of {@code guest} that hold a guest-physical address; without paging, the
   * page itself.
   *
   * @throws GuestFormatException if there are more than {@link #MAX_PAGES} pages, or after {@link
   *     #MAX_VISITS} visits of tables without finding any
   */
  public static void forEachOf(Guest guest, long gpa, Consumer consumer)
      throws GuestFormatException {
    GuestTables tables = new GuestTables(guest, consumer, MAX_PAGES);
    int _ = tables.ended(tables.of().mappingsOf(gpa, tables));
  }

  /** Says that tables lead to more than can be enumerated. */
  static GuestFormatException tooMany(Guest guest, String what) {
    return GuestFormatException.in(
        guest.name(),
        "the page tables lead to more than "
            + what
            + "; do tables map themselves in many entries?");
  }

  private static final class GuestTables implements PageTables.Visitor {
    private final Guest guest;
    private final Consumer consumer;
    private final int maxPages;
    private final Set<Long> tables = new HashSet<>();
    private int pages;

    GuestTables(Guest guest, Consumer consumer, int maxPages) {
      this.guest = guest;
      this.consumer = consumer;
      this.maxPages = maxPages;
    }

    PageTables of() {
      return new PageTables(guest.role(), guest.vcpu(), guest.layout());
    }

    @Override
    public boolean mapping(Mapping mapping) {
      return ++pages <= maxPages && consumer.mapping(mapping);
    }

    @Override
    public boolean table(int level, long gpa, long gva) {
      return switch (guest.presence(gpa)) {
        case HELD -> {
          tables.add(gpa >>> MemSlot.PAGE_SHIFT);
          consumer.table(gpa);
          yield true;
        }
        case NOT_IN_DUMP -> {
          consumer.missingTable(new MissingTable(level, gpa, gva));
          yield false;
        }
        case NO_MEMORY -> false;
      };
    }

    /** The number of tables, unless there was too much. */
    int ended(Ending ending) throws GuestFormatException {
      if (pages > maxPages) {
        throw tooMany(guest, maxPages + " pages");
      }
      if (ending == Ending.TOO_MANY_TABLES) {
        throw tooMany(guest, MAX_VISITS + " tables");
      }
      return tables.size();
    }
  }
}
