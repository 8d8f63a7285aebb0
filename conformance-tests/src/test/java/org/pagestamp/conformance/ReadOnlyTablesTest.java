package org.pagestamp.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.slot.UpdateMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.AdAction;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkStep;
import org.pagestamp.walk.WalkTrace;

/**
 * Page tables in read-only slots, rule by rule: what KVM changed when it allowed them ("KVM: mmu:
 * allow page tables to be in read-only slots").
 */
class ReadOnlyTablesTest {
  private static final String ENGINES = "org.pagestamp.conformance.Engines#withModes";
  private static final long CLEAN = MappedPage.ALL_RIGHTS;
  private static final long PRESET = CLEAN | EntryBits.A | EntryBits.D;
  private static final List<Integer> ACCESSES =
      List.of(
          Access.READ | Access.USER,
          Access.WRITE | Access.USER,
          Access.FETCH | Access.USER,
          Access.WRITE);

  /** The parts of a result that follow from what A and D are in memory. */
  private static final long OF_AD = EntryBits.A | EntryBits.D | WalkResult.CLEAN_WRITE;

  private static MappedPage page(Engine engine, PagingMode mode, int readOnly, long bits) {
    return new MappedPage(engine, role(mode), readOnly, bits);
  }

  private static Role role(PagingMode mode) {
    return MappedPage.role(mode, Control.WP, Control.NXE);
  }

  private static MappedPage allReadOnly(Engine engine, PagingMode mode, long bits) {
    return page(engine, mode, -2, bits); // a PDPT too, but not the page that is mapped
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void s1TablesInRomWithPresetBitsTranslate(Engine engine, PagingMode mode) {
    MappedPage page = allReadOnly(engine, mode, PRESET);
    String before = page.contents();
    for (int access : ACCESSES) {
      long result = page.walk(access);
      assertFalse(WalkResult.isFault(result), () -> WalkResult.toString(result));
      assertEquals(MappedPage.gpa(), WalkResult.gpa(result, page.gva()));
      assertTrue(WalkResult.isDirty(result));
    }
    assertEquals(before, page.contents());
    assertEquals(Set.of(), page.dirtyLevels());
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void s2EntriesInReadOnlySlotsAreReadWithTheSlotsWritability(Engine engine, PagingMode mode) {
    for (WalkStep step : allReadOnly(engine, mode, CLEAN).explain(Access.READ).steps()) {
      assertFalse(step.slotWritable(), step::toString);
      assertEquals(CLEAN & 1, step.entry() & EntryBits.P, step::toString);
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void s3WritabilityIsKnownForEachLevel(Engine engine, PagingMode mode) {
    for (int readOnly : subsets(mode)) {
      MappedPage page = page(engine, mode, readOnly, CLEAN);
      for (WalkStep step : page.explain(Access.WRITE | Access.USER).steps()) {
        if (step.slot() >= 0) {
          boolean rom = (readOnly & 1 << step.level()) != 0;
          assertEquals(!rom, step.slotWritable(), step::toString);
          assertEquals(
              rom ? AdAction.SKIPPED_READ_ONLY : AdAction.SET, step.adAction(), step::toString);
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void s4AReadOnlyLevelIsSkippedAndTheOthersAreUpdated(Engine engine, PagingMode mode) {
    for (int readOnly : subsets(mode)) {
      MappedPage page = page(engine, mode, readOnly, CLEAN);
      for (long bits : new long[] {CLEAN, CLEAN | EntryBits.A, CLEAN | EntryBits.D, PRESET}) {
        for (int access : ACCESSES) {
          page.reset(bits);
          long result = page.walk(access);
          String which = Integer.toBinaryString(readOnly) + " " + Access.toString(access);
          assertFalse(WalkResult.isFault(result), which);
          assertEntriesAndLog(page, mode, readOnly, bits, access, which);
        }
      }
    }
  }

  private static void assertEntriesAndLog(
      MappedPage page, PagingMode mode, int readOnly, long bits, int access, String which) {
    Set<Integer> changed = new TreeSet<>();
    for (int level = 1; level <= mode.topLevelInMemory(); level++) {
      boolean written = level == 1 && (access & Access.WRITE) != 0;
      long wanted = bits | EntryBits.A | (written ? EntryBits.D : 0);
      boolean rom = (readOnly & 1 << level) != 0;
      assertEquals(rom ? bits : wanted, page.bits(level), which + ", level " + level);
      if (!rom && wanted != bits) {
        changed.add(level);
      }
    }
    assertEquals(changed, page.dirtyLevels(), which);
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void s5TheTraceTellsWhatWouldHaveBeenSet(Engine engine, PagingMode mode) {
    MappedPage page = allReadOnly(engine, mode, CLEAN);
    String before = page.contents();
    WalkTrace trace = page.explain(Access.WRITE | Access.USER);
    long skipped =
        trace.steps().stream()
            .filter(step -> step.adAction() == AdAction.SKIPPED_READ_ONLY)
            .filter(step -> step.entryAfter() == step.entry())
            .count();
    assertEquals(mode.topLevelInMemory(), skipped, trace::toString);
    assertEquals(trace.result(), page.walk(Access.WRITE | Access.USER));
    assertEquals(before, page.contents());
  }

  @Test
  void s6TheLookupForReadingTellsWritabilityWhereThereIsAPage() {
    SlotLayout layout = romThenRam();
    GuestMemory memory = new GuestMemory(layout);
    assertFalse(memory.pageForRead(0x10).orElseThrow().writable());
    assertTrue(memory.pageForRead(0x11).orElseThrow().writable());
    assertTrue(memory.pageForRead(0x12).isEmpty(), "a hole has no page, hence no writability");
    assertTrue(memory.pageForWrite(0x10).isEmpty());
    assertTrue(memory.pageForWrite(0x11).isPresent());
    assertTrue(memory.pageForWrite(0x12).isEmpty());
  }

  @Test
  void s7ReadsWorkOnReadOnlySlotsAndAcrossTheirEnds() {
    SlotLayout layout = romThenRam();
    byte[] bytes = new byte[16];
    assertEquals(16, new GuestMemory(layout).read(0x10ff8, bytes, 0, 16));
    byte[] expected = new byte[16];
    Arrays.fill(expected, 0, 8, (byte) 1);
    Arrays.fill(expected, 8, 16, (byte) 2);
    assertArrayEquals(expected, bytes);
    assertEquals(0, dirty(layout));
  }

  @Test
  void s8WritesToReadOnlySlotsFailWithoutATrace() {
    SlotLayout layout = romThenRam();
    GuestMemory memory = new GuestMemory(layout);
    assertEquals(0, memory.write(0x10ff8, new byte[8], 0, 8));
    assertEquals(0, memory.write(0x10ff8, new byte[16], 0, 16));
    byte[] bytes = new byte[8];
    assertEquals(8, memory.read(0x10ff8, bytes, 0, 8));
    assertArrayEquals(new byte[] {1, 1, 1, 1, 1, 1, 1, 1}, bytes);
    assertEquals(0, dirty(layout));
    assertEquals(8, memory.write(0x11000, new byte[8], 0, 8));
    assertEquals(1, dirty(layout));
  }

  /** A page of ROM full of ones at 0x10000, then a page of RAM full of twos, then a hole. */
  private static SlotLayout romThenRam() {
    byte[] rom = new byte[4096];
    byte[] ram = new byte[4096];
    Arrays.fill(rom, (byte) 1);
    Arrays.fill(ram, (byte) 2);
    Set<SlotFlag> readOnly = Set.of(SlotFlag.READONLY, SlotFlag.LOG_DIRTY_PAGES);
    return SlotLayout.builder()
        .updateMode(UpdateMode.SINGLE_VCPU)
        .slot(0x10000, 4096, readOnly, Backing.of(rom))
        .slot(0x11000, 4096, Set.of(SlotFlag.LOG_DIRTY_PAGES), Backing.of(ram))
        .build();
  }

  private static long dirty(SlotLayout layout) {
    return layout.slots().stream().mapToLong(slot -> slot.dirtyLog().count()).sum();
  }

  /** Regions that read as ROM and take writes as MMIO: no such write may ever be made. */
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void s9NoStoreIsTriedOnAReadOnlySlot(Engine engine, PagingMode mode) {
    for (long bits : new long[] {CLEAN, PRESET}) {
      MappedPage page =
          new MappedPage(
              engine, role(mode), -2, bits, (segment, base) -> Backing.of(rom(segment, base)));
      for (int access : ACCESSES) {
        assertFalse(WalkResult.isFault(page.walk(access)));
      }
    }
  }

  /** Every store throws, a compare-and-set that finds something else included. */
  private static SegmentAccessor rom(MemorySegment segment, long baseGpa) {
    return new SegmentAccessor(segment.asReadOnly(), baseGpa);
  }

  /** Nested paging of AMD demands writable tables even for reading; a guest's own walk does not. */
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void s10AReadOnlyTableNeverMakesAWalkFault(Engine engine, PagingMode mode) {
    for (long bits : new long[] {CLEAN, PRESET}) {
      for (int access : ACCESSES) {
        long result = allReadOnly(engine, mode, bits).walk(access);
        assertFalse(WalkResult.isFault(result), () -> WalkResult.toString(result));
        assertTrue(WalkResult.isWritable(result));
      }
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void s11ReadOnlyMemoryIsNeverOverwritten(Engine engine, PagingMode mode) {
    MappedPage page = allReadOnly(engine, mode, CLEAN);
    String before = page.contents();
    for (int i = 0; i < 100; i++) {
      long result = page.walk(Access.WRITE | Access.USER);
      assertFalse(WalkResult.isDirty(result));
      assertFalse(WalkResult.isAccessed(result));
      assertFalse(WalkResult.isWriteWithheld(result), "the write itself was allowed");
      assertTrue(WalkResult.isWriteWithheld(page.walk(Access.READ | Access.USER)));
    }
    assertEquals(before, page.contents());
    assertEquals(Set.of(), page.dirtyLevels());
  }

  /** The twin has the same tables in RAM; some of the pages fault, and then both must. */
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource(ENGINES)
  void s12ATwinWithTablesInRamAgreesInAllButAccessedAndDirty(Engine engine, PagingMode mode) {
    long[] variants = {
      CLEAN,
      PRESET,
      CLEAN & ~EntryBits.P,
      CLEAN & ~EntryBits.W,
      CLEAN & ~EntryBits.U,
      (CLEAN & ~EntryBits.W) | EntryBits.A,
      EntryBits.P | EntryBits.G,
    };
    MappedPage twin = page(engine, mode, 0, CLEAN);
    for (int readOnly : subsets(mode)) {
      MappedPage page = page(engine, mode, readOnly, CLEAN);
      for (long leaf : variants) {
        for (int access : ACCESSES) {
          page.reset(CLEAN);
          twin.reset(CLEAN);
          page.set(1, leaf);
          twin.set(1, leaf);
          assertAgree(page, twin, readOnly, access);
        }
      }
    }
  }

  private static void assertAgree(MappedPage page, MappedPage twin, int readOnly, int access) {
    String which = Integer.toBinaryString(readOnly) + " " + Access.toString(access);
    long probed = page.probe(access);
    long result = page.walk(access);
    long twins = twin.walk(access);
    assertEquals(probed, result, which);
    if (WalkResult.isFault(twins)) {
      assertEquals(WalkResult.toString(twins), WalkResult.toString(result), which);
      assertEquals(twin.contents(), page.contents(), which);
      assertEquals(Set.of(), page.dirtyLevels(), which);
    } else {
      assertEquals(twins & ~OF_AD, result & ~OF_AD, which);
    }
  }

  /** All sets of levels whose tables are read from memory, as masks. */
  private static List<Integer> subsets(PagingMode mode) {
    int all = MappedPage.allLevels(mode);
    return IntStream.rangeClosed(0, all).filter(set -> (set & ~all) == 0).boxed().toList();
  }
}
