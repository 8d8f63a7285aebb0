package org.pagestamp.debug;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.pagestamp.debug.PageTables.Ending;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

@PropertyDefaults(tries = 60, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
class PageTablesTest {
  private static final long P_W_U = 7;

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.randomValue(Random::nextLong);
  }

  @Property(seed = "5232")
  void in2LevelPaging(@ForAll("seeds") long seed) {
    compare(new RandomTables(PagingMode.TWO_LEVEL, seed));
  }

  @Property(seed = "5236")
  void inPaePaging(@ForAll("seeds") long seed) {
    compare(new RandomTables(PagingMode.PAE, seed));
  }

  @Property(seed = "5248")
  void in4LevelPaging(@ForAll("seeds") long seed) {
    compare(new RandomTables(PagingMode.FOUR_LEVEL, seed));
  }

  @Property(seed = "5257", tries = 30)
  void in5LevelPaging(@ForAll("seeds") long seed) {
    compare(new RandomTables(PagingMode.FIVE_LEVEL, seed));
  }

  /** The parts of a page that a walk tells as well. */
  private record Page(
      long gva, long gpa, int level, boolean writable, boolean user, boolean executable) {}

  private static void compare(RandomTables guest) {
    long[] before = guest.memory();
    List<Mapping> all = new ArrayList<>();
    assertEquals(Ending.COMPLETE, guest.pageTables().forEach(all::add));
    compareWithWalks(guest, all);
    for (int page = 0; page < 14; page++) {
      long gpa = page * 0x1000L + 0x123L * page;
      List<Mapping> found = new ArrayList<>();
      assertEquals(Ending.COMPLETE, guest.pageTables().mappingsOf(gpa, found::add));
      assertEquals(all.stream().filter(mapping -> mapping.contains(gpa)).toList(), found);
    }
    assertArrayEquals(before, guest.memory());
  }

  private static void compareWithWalks(RandomTables guest, List<Mapping> all) {
    Walker walker = new InterpretedWalker(guest.role, guest.layout);
    Set<Page> walked = new HashSet<>();
    for (long gva : guest.addresses()) {
      long result = walker.probe(guest.registers, gva, Access.READ | Access.AC);
      if (!WalkResult.isFault(result)) {
        int level = WalkResult.level(result);
        long start = -guest.role.mode().level(level).pageSize();
        walked.add(
            new Page(
                gva & start,
                WalkResult.pageGpa(result) & start,
                level,
                WalkResult.isWritable(result),
                WalkResult.isUser(result),
                WalkResult.isExecutable(result)));
      }
    }
    Set<Page> mapped = new HashSet<>();
    long last = 0;
    for (Mapping mapping : all) {
      assertTrue(Long.compareUnsigned(last, mapping.gva()) <= 0, "order");
      last = mapping.gva();
      if (mapping.reserved()) {
        long result = walker.probe(guest.registers, mapping.gva(), Access.READ | Access.AC);
        assertEquals(FaultReason.RESERVED_BIT, WalkResult.faultReason(result));
        continue;
      }
      mapped.add(
          new Page(
              mapping.gva(),
              mapping.gpa(),
              mapping.level(),
              mapping.writable(),
              mapping.user(),
              mapping.executable()));
    }
    assertEquals(walked, mapped);
  }

  /** A table whose entries all point to itself, used at every level. */
  private static PageTables selfMapped() {
    long[] words = new long[1024];
    Arrays.fill(words, 512, 1024, 0x1000 | P_W_U);
    VcpuState registers = new VcpuState();
    registers.cr3(0x1000);
    return new PageTables(
        Role.of(PagingMode.FOUR_LEVEL, CpuFeatures.intel(46)),
        registers,
        SlotLayout.builder().ram(0, Backing.of(words)).build());
  }

  @Test
  void aTableThatMapsItselfEverywhereIsFoundUntilTheVisitorHasEnough() {
    List<Long> gvas = new ArrayList<>();
    Ending ending =
        selfMapped()
            .mappingsOf(
                0x1234,
                mapping -> {
                  gvas.add(mapping.gvaOf(0x1234));
                  return gvas.size() < 5;
                });
    assertEquals(Ending.STOPPED, ending);
    assertEquals(List.of(0x234L, 0x1234L, 0x2234L, 0x3234L, 0x4234L), gvas);
  }

  @Test
  void whatSuchATableDoesNotMapIsKnownAtOnce() {
    PageTables tables = selfMapped().withLimit(4); // the one table at four levels
    assertEquals(Ending.COMPLETE, tables.mappingsOf(0x2000, _ -> true));
  }

  @Test
  void tablesThatDoNotLeadThereAreNotSearched() {
    long[] words = new long[6 * 512];
    Arrays.fill(words, 512, 1024, 0x1000 | P_W_U); // maps itself everywhere, and no more
    words[0x2000 / 8] = 0x1000 | P_W_U;
    words[0x2000 / 8 + 1] = 0x3000 | P_W_U;
    words[0x3000 / 8] = 0x4000 | P_W_U;
    words[0x4000 / 8] = 0x5000 | P_W_U;
    words[0x5000 / 8] = 0x7000 | P_W_U;
    VcpuState registers = new VcpuState();
    registers.cr3(0x2000);
    PageTables tables =
        new PageTables(
                Role.of(PagingMode.FOUR_LEVEL, CpuFeatures.intel(46)),
                registers,
                SlotLayout.builder().ram(0, Backing.of(words)).build())
            .withLimit(7); // three levels each below the root's two entries
    List<Long> found = new ArrayList<>();
    assertEquals(Ending.COMPLETE, tables.mappingsOf(0x7000, page -> found.add(page.gva())));
    assertEquals(List.of(1L << 39), found);
  }

  @Test
  void findingAllThatSuchATableMapsIsGivenUp() {
    long[] found = new long[1];
    Ending ending =
        selfMapped()
            .withLimit(1000)
            .forEach(
                _ -> {
                  found[0]++;
                  return true;
                });
    assertEquals(Ending.TOO_MANY_TABLES, ending);
    assertEquals(996 * 512, found[0]); // 4 of the visits were above level 1
  }

  @Test
  void theReverseLookupCountsTablesWithoutAnythingFound() {
    PageTables tables = selfMapped().withLimit(3);
    assertEquals(Ending.TOO_MANY_TABLES, tables.mappingsOf(0x1000, _ -> true));
    int[] found = new int[1];
    Ending ending = selfMapped().withLimit(4).mappingsOf(0x1000, _ -> ++found[0] < 5_000);
    assertEquals(Ending.STOPPED, ending);
    assertEquals(5_000, found[0]);
  }

  @Test
  void atLeastOneTableIsVisited() {
    assertThrows(IllegalArgumentException.class, () -> selfMapped().withLimit(0));
  }

  @Test
  void theVisitorLeavesTablesOut() {
    List<Integer> levels = new ArrayList<>();
    PageTables.Visitor visitor =
        new PageTables.Visitor() {
          @Override
          public boolean mapping(Mapping mapping) {
            throw new AssertionError(mapping);
          }

          @Override
          public boolean table(int level, long gpa, long gva) {
            levels.add(level);
            return level > 3;
          }
        };
    PageTables tables = selfMapped();
    assertEquals(Ending.COMPLETE, tables.mappingsOf(0x1000, visitor));
    assertEquals(List.of(4, 3), levels, "each table once for each level");
    levels.clear();
    assertEquals(Ending.COMPLETE, tables.forEach(visitor));
    assertEquals(1 + 512, levels.size());
  }

  @Test
  void withoutPagingAddressesMapThemselves() {
    PageTables tables =
        new PageTables(
            Role.of(PagingMode.NO_PAGING, CpuFeatures.intel(46)),
            new VcpuState(),
            SlotLayout.builder().build());
    List<Mapping> found = new ArrayList<>();
    assertEquals(Ending.COMPLETE, tables.mappingsOf(0xFFFF_FFFFL, found::add));
    assertEquals(
        List.of(new Mapping(0xFFFF_F000L, 0xFFFF_F000L, 0, 0x1000, 0, true, true, true, false)),
        found);
    assertEquals(Ending.COMPLETE, tables.mappingsOf(0x1_0000_0000L, found::add));
    assertEquals(1, found.size());
    assertEquals(Ending.COMPLETE, tables.forEach(found::add));
    assertEquals(1, found.size());
  }

  @Test
  void ofAVirtualCpuThePdptesAreThoseInItsRegisters() {
    long[] words = new long[4 * 512];
    words[0x1000 / 8] = 0x2001; // PDPTE 0
    words[0x2000 / 8] = 0x3000 | P_W_U;
    words[0x3000 / 8] = 0x5000 | P_W_U;
    Mmu mmu = Mmu.builder().memory(SlotLayout.builder().ram(0, Backing.of(words)).build()).build();
    mmu.restore(0x8000_0001L, 0x1000, 1 << 5, 0);
    words[0x1000 / 8] = 0; // too late: loaded
    List<Mapping> found = new ArrayList<>();
    assertEquals(Ending.COMPLETE, PageTables.of(mmu).mappingsOf(0x5000, found::add));
    assertEquals(List.of(0L), found.stream().map(Mapping::gva).toList());
  }
}
