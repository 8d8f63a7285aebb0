package org.pagestamp.guest;

import org.pagestamp.debug.NestedMapping;
import org.pagestamp.debug.NestedTables;
import org.pagestamp.debug.PageTables;
import org.pagestamp.debug.PageTables.Ending;
import org.pagestamp.debug.Stage2Mapping;
import org.pagestamp.debug.Stage2Tables;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedRole;

/** What a nested guest maps, and what its stage 2 maps; as {@link Mappings} for other guests. */
public final class NestedMappings {
  /** The most parts of pages enumerated. */
  public static final int MAX_PARTS = Mappings.MAX_PAGES;

  /**
   * Receives what is found in ascending order.
   *
   * @param <M> {@link NestedMapping} or {@link Stage2Mapping}
   */
  public interface Consumer<M> {
    /** Takes a page or a part of one; false ends the enumeration. */
    boolean mapping(M mapping);

    /** Takes note of addresses that cannot be enumerated. */
    void missingTable(MissingTable table);
  }

  private NestedMappings() {}

  /**
   * Enumerates a nested guest. Tables of stage 2 that the files lack are not told here, as they
   * look like tables that map nothing; {@link #forEachOfStage2} tells them.
   *
   * @throws GuestFormatException if the guest cannot have loaded its PDPTEs, or there is too much
   */
  public static void forEach(Guest guest, NestedRole role, Consumer<NestedMapping> consumer)
      throws GuestFormatException {
    Nesting nesting = guest.nesting().orElseThrow();
    NestedTables tables =
        new NestedTables(
            guest.role(), nesting.registers(guest, role), nesting.tables(guest), guest.layout());
    Limit limit = new Limit(guest);
    Ending ending =
        tables.forEach(
            new NestedTables.Visitor() {
              @Override
              public boolean mapping(NestedMapping mapping) {
                return limit.allows() && consumer.mapping(mapping);
              }

              @Override
              public boolean table(int level, long slotGpa, long gva) {
                return isRegisters(guest, level)
                    || isHeld(guest, new MissingTable(level, slotGpa, gva), consumer);
              }
            });
    limit.check(ending);
  }

  /**
   * Enumerates the stage 2 of a nested guest.
   *
   * @throws GuestFormatException if there is too much
   */
  public static void forEachOfStage2(Guest guest, Consumer<Stage2Mapping> consumer)
      throws GuestFormatException {
    Limit limit = new Limit(guest);
    Ending ending =
        guest
            .nesting()
            .orElseThrow()
            .tables(guest)
            .forEach(
                new Stage2Tables.Visitor() {
                  @Override
                  public boolean mapping(Stage2Mapping mapping) {
                    return limit.allows() && consumer.mapping(mapping);
                  }

                  @Override
                  public boolean table(int level, long slotGpa, long gpa) {
                    return isHeld(guest, new MissingTable(level, slotGpa, gpa), consumer);
                  }
                });
    limit.check(ending);
  }

  private static boolean isRegisters(Guest guest, int level) {
    return guest.role().mode() == PagingMode.PAE && level == 3 && !guest.role().readsPdptes();
  }

  private static boolean isHeld(Guest guest, MissingTable table, Consumer<?> consumer) {
    return switch (guest.presence(table.gpa())) {
      case HELD -> true;
      case NOT_IN_DUMP -> {
        consumer.missingTable(table);
        yield false;
      }
      case NO_MEMORY -> false;
    };
  }

  /** Counts the parts. */
  private static final class Limit {
    private final Guest guest;
    private int parts;

    Limit(Guest guest) {
      this.guest = guest;
    }

    boolean allows() {
      return ++parts <= MAX_PARTS;
    }

    void check(Ending ending) throws GuestFormatException {
      if (parts > MAX_PARTS) {
        throw Mappings.tooMany(guest, MAX_PARTS + " pages");
      }
      if (ending == Ending.TOO_MANY_TABLES) {
        throw Mappings.tooMany(guest, PageTables.MAX_TABLES + " tables");
      }
    }
  }
}
