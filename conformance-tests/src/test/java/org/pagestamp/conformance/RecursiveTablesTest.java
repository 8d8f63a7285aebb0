package org.pagestamp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/** A table that is its own page: one entry serves at every level and as the leaf. */
class RecursiveTablesTest {
  private static final String ENGINES = "org.pagestamp.conformance.Engines#withModes";
  private static final long TABLE = 0x7000;
  private static final int INDEX = 2;
  private static final long ENTRY = TABLE | MappedPage.ALL_RIGHTS;

  private static SlotLayout layout(long[] table, SlotFlag... flags) {
    return SlotLayout.builder().slot(TABLE, 0x1000, Set.of(flags), Backing.of(table)).build();
  }

  /** Writes through the table to itself. */
  private static long write(Engine engine, PagingMode mode, long[] table, SlotLayout layout) {
    table[mode.entryBytes() == 4 ? INDEX / 2 : INDEX] = ENTRY;
    Role role = MappedPage.role(mode);
    VcpuState vcpu = new VcpuState();
    vcpu.cr3(TABLE);
    vcpu.pdpte(INDEX, TABLE | EntryBits.P);
    long gva = 0;
    for (PagingLevel level : mode.levels()) {
      gva |= (long) INDEX << level.shift();
    }
    Walker walker = engine.walker(role, layout);
    long expected = walker.probe(vcpu, gva, Access.WRITE | Access.USER);
    long result = walker.walk(vcpu, gva, Access.WRITE | Access.USER);
    assertEquals(expected, result);
    assertEquals(TABLE, WalkResult.pageGpa(result));
    return result;
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void theEntryEndsWithTheUnionOfWhatEachLevelSets(Engine engine, PagingMode mode) {
    long[] table = new long[512];
    SlotLayout layout = layout(table, SlotFlag.LOG_DIRTY_PAGES);
    long result = write(engine, mode, table, layout);
    assertTrue(WalkResult.isDirty(result));
    assertEquals(
        ENTRY | EntryBits.A | EntryBits.D, table[mode.entryBytes() == 4 ? INDEX / 2 : INDEX]);
    assertEquals(1, layout.slots().getFirst().dirtyLog().count());
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void inRomItStaysAsItIs(Engine engine, PagingMode mode) {
    long[] table = new long[512];
    SlotLayout layout = layout(table, SlotFlag.LOG_DIRTY_PAGES, SlotFlag.READONLY);
    long result = write(engine, mode, table, layout);
    assertTrue(WalkResult.isInReadOnlySlot(result));
    assertEquals(ENTRY, table[mode.entryBytes() == 4 ? INDEX / 2 : INDEX]);
    assertEquals(0, layout.slots().getFirst().dirtyLog().count());
  }
}
