package org.pagestamp.debug;

import java.util.Objects;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.walk.VcpuState;

/**
 * The page tables of one address space, to be read as a whole: all they map, and what maps a
 * guest-physical address. Reads tables, changes nothing.
 *
 * <p><b>Bounds.</b> Tables may be mapped many times, and through themselves (Windows and Xen do);
 * in the worst case, 512 entries that all point to their own table, one page maps itself at 512^4
 * addresses. So what is found goes to a {@link Visitor}, which may end the search at any time, and
 * the number of tables visited is limited. The reverse lookup visits only tables that lead to the
 * address: it visits each table once for each level at which it is used, and then three more at
 * most for each page that it finds.
 *
 * <p>The registers are those at construction; tables are read as they are at the time, each entry
 * in one access. If the guest runs meanwhile, the answer may be one of no single moment. Safe for
 * use by several threads.
 */
public final class PageTables {
  /** How many tables are visited at most, unless told otherwise. */
  public static final int MAX_TABLES = 1 << 21;

  /** How a search ended. */
  public enum Ending {
    /** All was found. */
    COMPLETE,
    /** The visitor wanted no more. */
    STOPPED,
    /** As many tables were visited as the limit allows; there may be more to find. */
    TOO_MANY_TABLES
  }

  /** Receives what a search finds. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Takes a page.
     *
     * @return false to end the search
     */
    boolean mapping(Mapping mapping);

    /**
     * Decides about a table, whether its page lies in a slot or not.
     *
     * @param level of the table, 1 to 5; 3 for the four PDPTEs of PAE paging, which are registers
     * @param gpa of its page; in PAE paging, the 32 bytes of level 3
     * @param gva the first address of those that it translates
     * @return false to leave it out
     */
    default boolean table(int level, long gpa, long gva) {
      return true;
    }
  }

  private final Role role;
  private final VcpuState registers;
  private final SlotLayout layout;
  private final int maxTables;

  /**
   * The tables under a root.
   *
   * @param registers CR3 and PDPTEs, which are copied
   */
  public PageTables(Role role, VcpuState registers, SlotLayout layout) {
    this(role, new VcpuState(registers), layout, MAX_TABLES);
  }

  private PageTables(Role role, VcpuState registers, SlotLayout layout, int maxTables) {
    this.role = Objects.requireNonNull(role, "role");
    this.registers = registers;
    this.layout = Objects.requireNonNull(layout, "layout");
    this.maxTables = maxTables;
  }

  /** The tables that a virtual CPU uses now, in the slots of its latest translation. */
  public static PageTables of(Mmu mmu) {
    VcpuState registers = new VcpuState();
    registers.cr3(mmu.cr3());
    if (mmu.role().mode() == PagingMode.PAE) {
      for (int i = 0; i < PagingMode.PAE.level(3).entries(); i++) {
        registers.pdpte(i, mmu.pdpte(i));
      }
    }
    return new PageTables(mmu.role(), registers, mmu.layout(), MAX_TABLES);
  }

  /**
   * The same tables with another limit.
   *
   * @param tables at least 1
   */
  public PageTables withLimit(int tables) {
    if (tables < 1) {
      throw new IllegalArgumentException("limit " + tables + ": at least one table is visited");
    }
    return new PageTables(role, registers, layout, tables);
  }

  /**
   * Finds all pages that are mapped, in ascending unsigned order of gva. Without paging there are
   * no tables, and nothing is found.
   */
  public Ending forEach(Visitor visitor) {
    return new TableSearch(role, registers, layout, maxTables, visitor).all();
  }

  /**
   * Finds all pages that hold a guest-physical address, in ascending unsigned order of gva, large
   * ones included; {@link Mapping#gvaOf} tells which address in the page leads to it. Without
   * paging it is the address itself, if it is below 4 GiB.
   *
   * <p>The visitor decides about a table once for each level at which it is used. The limit counts
   * tables without anything found.
   */
  public Ending mappingsOf(long gpa, Visitor visitor) {
    return new TableSearch(role, registers, layout, maxTables, visitor).of(gpa);
  }
}
