package org.pagestamp.debug;

import java.util.Objects;
import org.pagestamp.debug.PageTables.Ending;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.VcpuState;

/**
 * The page tables of a nested guest's address space, each behind stage 2, to be read as a whole.
 * Reads tables, changes nothing, and has the bounds of {@link PageTables}.
 *
 * <p>Tells what both dimensions map, not what an access would do: that stage 2 must allow the
 * guest's tables to be read, or written, plays no part.
 */
public final class NestedTables {
  /** Receives what a search finds. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Takes a page, or the part of one that a page of stage 2 holds.
     *
     * @return false to end the search
     */
    boolean mapping(NestedMapping mapping);

    /**
     * Decides about a table of the guest that stage 2 maps.
     *
     * @param level of the table, 1 to 5; 3 for the four PDPTEs of PAE paging, which are registers
     * @param slotGpa where it is in the slots
     * @param gva the first address of those that it translates
     * @return false to leave it out
     */
    default boolean table(int level, long slotGpa, long gva) {
      return true;
    }
  }

  private final Role guest;
  private final VcpuState registers;
  private final Stage2Tables stage2;
  private final SlotLayout layout;

  /**
   * The tables under two roots.
   *
   * @param registers the guest's CR3 and PDPTEs, which are copied
   */
  public NestedTables(Role guest, VcpuState registers, Stage2Tables stage2, SlotLayout layout) {
    this.guest = Objects.requireNonNull(guest, "guest");
    this.registers = new VcpuState(registers);
    this.stage2 = Objects.requireNonNull(stage2, "stage2");
    this.layout = Objects.requireNonNull(layout, "layout");
  }

  /**
   * Finds all pages that the guest maps, in ascending unsigned order of gva, whether stage 2 maps
   * them or not; without paging, what stage 2 maps below 4 GiB.
   */
  public Ending forEach(Visitor visitor) {
    if (guest.mode() == PagingMode.NO_PAGING) {
      return stage2.forEach(
          page ->
              page.gpa() >>> PagingMode.NO_PAGING.gvaBits() != 0
                  || visitor.mapping(nested(unpaged(page), page.gpa(), page)));
    }
    return new TableSearch(
            guest,
            registers,
            layout,
            PageTables.MAX_TABLES,
            new PageTables.Visitor() {
              @Override
              public boolean mapping(Mapping page) {
                return split(page, visitor);
              }

              @Override
              public boolean table(int level, long gpa, long gva) {
                return visitor.table(level, gpa, gva);
              }
            },
            this::inSlots)
        .all();
  }

  private static Mapping unpaged(Stage2Mapping page) {
    return new Mapping(page.gpa(), page.gpa(), 0, page.size(), 0, true, true, true, false);
  }

  private long inSlots(long table) {
    Stage2Mapping page = stage2.find(table);
    return page == null || page.illegal() ? -1 : page.inSlots(table);
  }

  /** A guest's page is as many parts as pages of stage 2 hold it. */
  private boolean split(Mapping page, Visitor visitor) {
    long end = page.gpa() + page.size();
    for (long gpa = page.gpa(); gpa != end; ) {
      Stage2Mapping found = stage2.find(gpa);
      NestedMapping part = nested(page, gpa, found);
      if (!visitor.mapping(part)) {
        return false;
      }
      gpa += part.size();
    }
    return true;
  }

  private NestedMapping nested(Mapping page, long gpa, Stage2Mapping found) {
    long left = page.gpa() + page.size() - gpa;
    long end = found == null ? stage2.endOfHole(gpa) : found.gpa() + found.size();
    long size = Long.compareUnsigned(end - gpa, left) < 0 ? end - gpa : left;
    return new NestedMapping(page.gvaOf(gpa), gpa, size, page, found, stage2.format().modeOfPage());
  }
}
