package org.pagestamp.debug;

import java.util.Objects;
import org.pagestamp.debug.PageTables.Ending;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Level;
import org.pagestamp.stage2.Stage2Role;

/**
 * The tables of stage 2 under one root, to be read as a whole. Reads tables, changes nothing, and
 * has the bounds of {@link PageTables}. Safe for use by several threads.
 */
public final class Stage2Tables {
  /** In what is combined: no level has anything illegal. */
  private static final int LEGAL = 1;

  /** Receives what a search finds. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Takes a page.
     *
     * @return false to end the search
     */
    boolean mapping(Stage2Mapping mapping);

    /**
     * Decides about a table, whether its page lies in a slot or not.
     *
     * @param level of the table, 1 to 5
     * @param slotGpa where it is in the slots
     * @param gpa the first address of those that it translates
     * @return false to leave it out
     */
    default boolean table(int level, long slotGpa, long gpa) {
      return true;
    }
  }

  private final Stage2Format format;
  private final long root;
  private final SlotLayout layout;

  /**
   * The tables under a root.
   *
   * @param root EPTP or nCR3
   */
  public Stage2Tables(Stage2Role role, long root, SlotLayout layout) {
    this.format = role.format();
    this.root = root & format.rootMask();
    this.layout = Objects.requireNonNull(layout, "layout");
  }

  /** What the role makes of the format. */
  public Stage2Format format() {
    return format;
  }

  /** Finds all pages that are mapped, in ascending order of gpa. */
  public Ending forEach(Visitor visitor) {
    Search search = new Search(visitor);
    search.descend(format.topLevel(), root, 0, -1L, LEGAL);
    return search.ending;
  }

  /**
   * The page that holds an address; null if none does.
   *
   * @param gpa any address; one that no level holds is mapped nowhere
   */
  public Stage2Mapping find(long gpa) {
    if (!format.holds(gpa)) {
      return null;
    }
    long table = root;
    long combined = -1L;
    boolean legal = true;
    for (Stage2Level level : format.levels()) {
      long entry = entry(slotOf(table), table, level.index(gpa));
      if ((entry & format.present()) == 0) {
        return null;
      }
      combined &= combinable(level, entry);
      legal &= isLegal(level, entry);
      if (level.isLeaf(entry)) {
        return mapping(level, entry, gpa & -level.pageSize(), combined, legal);
      }
      table = entry & format.tableMask();
    }
    throw new AssertionError("the last level has leaves only");
  }

  /**
   * Where the hole around an address ends.
   *
   * @param gpa an address that is mapped nowhere
   * @return the first address behind it that may be mapped; 0 if there is none up to 2^64
   */
  public long endOfHole(long gpa) {
    if (!format.holds(gpa)) {
      return 0;
    }
    long table = root;
    for (Stage2Level level : format.levels()) {
      long entry = entry(slotOf(table), table, level.index(gpa));
      if ((entry & format.present()) == 0) {
        return (gpa & -level.pageSize()) + level.pageSize();
      }
      table = entry & format.tableMask();
    }
    throw new IllegalArgumentException(Long.toHexString(gpa) + " is mapped");
  }

  private MemSlot slotOf(long table) {
    return layout.find(table >>> MemSlot.PAGE_SHIFT);
  }

  private long entry(MemSlot slot, long table, int index) {
    return slot == null
        ? 0
        : slot.read(table + (long) index * format.entryBytes(), format.entryBytes());
  }

  private long combinable(Stage2Level level, long entry) {
    return (entry ^ format.inverted()) | ~level.counted();
  }

  private boolean isLegal(Stage2Level level, long entry) {
    return (entry & level.reserved(entry)) == 0 && !format.isIllegal(entry, level.isLeaf(entry));
  }

  private Stage2Mapping mapping(
      Stage2Level level, long leaf, long gpa, long combined, boolean legal) {
    return new Stage2Mapping(
        gpa,
        level.pageGpa(leaf, gpa),
        level.number(),
        level.pageSize(),
        leaf,
        format.readable().holds(combined),
        format.writable().holds(combined),
        format.executable().holds(combined),
        format.userExecutable().holds(combined),
        (leaf & level.accessed()) != 0,
        (leaf & level.dirty()) != 0,
        !legal);
  }

  /** One search, depth first, bounded by the number of tables visited. */
  private final class Search {
    private final Visitor visitor;
    private int visited;
    private Ending ending = Ending.COMPLETE;

    Search(Visitor visitor) {
      this.visitor = visitor;
    }

    private void descend(int number, long table, long gpa, long above, int legalAbove) {
      if (visited++ == PageTables.MAX_TABLES) {
        ending = Ending.TOO_MANY_TABLES;
        return;
      }
      if (!visitor.table(number, table, gpa)) {
        return;
      }
      Stage2Level level = format.level(number);
      MemSlot slot = slotOf(table);
      for (int i = 0; i < 1 << level.indexBits() && ending == Ending.COMPLETE; i++) {
        long entry = entry(slot, table, i);
        if ((entry & format.present()) == 0) {
          continue;
        }
        long address = gpa | ((long) i << level.shift());
        long combined = above & combinable(level, entry);
        int legal = isLegal(level, entry) ? legalAbove : 0;
        if (!level.isLeaf(entry)) {
          descend(number - 1, entry & format.tableMask(), address, combined, legal);
        } else if (!visitor.mapping(mapping(level, entry, address, combined, legal == LEGAL))) {
          ending = Ending.STOPPED;
        }
      }
    }
  }
}
