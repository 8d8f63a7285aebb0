package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.choice.Choices;
import org.pagestamp.choice.ReadOnlyTables;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedOption;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.nested.TableAccess;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.slot.UpdateMode;
import org.pagestamp.stage2.EptBits;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.Cr3Load;

/**
 * What KVM does otherwise in two dimensions, by both engines. EPT maps what the guest knows, from 0
 * on, to {@value #MOVED}; the guest's four tables are its frames 3 to 6, and its page is 7.
 */
class NestedOptionsTest {
  private static final int MOVED = 0x20_0000;
  private static final int BYTES = 0x1_0000;
  private static final long ROOT = MOVED + 0x8000;
  private static final long PDPT = MOVED + 0x9000;
  private static final long PD = MOVED + 0xA000;
  private static final long EPT_ALL = EptBits.R | EptBits.W | EptBits.X | EptBits.A | EptBits.D;
  private static final long GUEST_ALL = EntryBits.P | EntryBits.W | EntryBits.U;
  private static final long CR3 = 0x3000;
  private static final long PAGE = 0x7000;
  private static final long INDEX = 5;
  private static final long OFFSET = 0x123;
  private static final long GVA = INDEX << 39 | INDEX << 30 | INDEX << 21 | INDEX << 12 | OFFSET;
  private static final Set<SlotFlag> LOGGED = EnumSet.of(SlotFlag.LOG_DIRTY_PAGES);
  private static final Set<Long> KNOWN_TABLES = Set.of(3L, 4L, 5L, 6L);
  private static final Set<Long> MOVED_TABLES = Set.of(0x203L, 0x204L, 0x205L, 0x206L);
  private static final NestedRole EXACT =
      NestedRole.kvm(TwoStageMatrix.FOUR_LEVEL, TwoStageMatrix.EPT4);
  private static final NestedRole MARKED = EXACT.with(NestedOption.GUEST_FRAME_MARKED);
  private static final NestedRole ALIGNED = EXACT.with(NestedOption.PAGE_ALIGNED_FAULTS);

  private final long[] words = new long[(MOVED + BYTES) / Long.BYTES];
  private final MemorySegment memory = MemorySegment.ofArray(words);

  /** How slots are made; those of one page are so many that a table tells them apart. */
  private enum Shape {
    TWO_SEGMENTS,
    PAGES_OF_SEGMENTS,
    TWO_ACCESSORS,
    PAGES_OF_ACCESSORS;

    private boolean isOfAccessors() {
      return this == TWO_ACCESSORS || this == PAGES_OF_ACCESSORS;
    }

    private long slotBytes() {
      return this == TWO_SEGMENTS || this == TWO_ACCESSORS ? BYTES : MemSlot.PAGE_SIZE;
    }
  }

  NestedOptionsTest() {
    writeTables();
  }

  private void writeTables() {
    store(ROOT, PDPT | EPT_ALL);
    store(PDPT, PD | EPT_ALL);
    store(PD, MOVED | EPT_ALL | EptBits.WRITE_BACK | EptBits.PAGE);
    for (long table = CR3; table < PAGE; table += MemSlot.PAGE_SIZE) {
      store(entry(table), (table + MemSlot.PAGE_SIZE) | GUEST_ALL);
    }
  }

  /** Where the entry of one of the guest's tables is in the slots. */
  private static long entry(long table) {
    return MOVED + table + INDEX * Long.BYTES;
  }

  private void store(long gpa, long value) {
    memory.set(ValueLayout.JAVA_LONG, gpa, value);
  }

  private long load(long gpa) {
    return memory.get(ValueLayout.JAVA_LONG, gpa);
  }

  /**
   * Slots for what the guest knows and for where that is.
   *
   * @param known the flags of the former; null for no such slot
   */
  private SlotLayout layout(Shape shape, Set<SlotFlag> known, Set<SlotFlag> moved) {
    SlotLayout.Builder builder =
        SlotLayout.builder()
            .updateMode(shape.isOfAccessors() ? UpdateMode.SINGLE_VCPU : UpdateMode.ATOMIC);
    for (long at = 0; at < BYTES; at += shape.slotBytes()) {
      if (known != null) {
        builder.slot(at, shape.slotBytes(), known, backing(shape, at));
      }
      builder.slot(MOVED + at, shape.slotBytes(), moved, backing(shape, MOVED + at));
    }
    return builder.build();
  }

  private Backing backing(Shape shape, long base) {
    return shape.isOfAccessors()
        ? Backing.of(new LongArrayAccessor(words))
        : Backing.of(memory, base);
  }

  private static NestedWalker walker(String engine, NestedRole role, SlotLayout layout) {
    return engine.equals("generated")
        ? new Stamper(0).stamp(role, layout)
        : new InterpretedNestedWalker(role, layout);
  }

  private static NestedState state() {
    NestedState state = new NestedState();
    state.stage2().root(ROOT);
    state.guest().cr3(CR3);
    return state;
  }

  /** The frames that a write with A and D clear marks dirty, by both engines. */
  private Set<Long> marked(NestedRole role, SlotLayout layout) {
    Set<Long> interpreted = marked("interpreted", role, layout);
    writeTables();
    assertEquals(interpreted, marked("generated", role, layout));
    return interpreted;
  }

  private Set<Long> marked(String engine, NestedRole role, SlotLayout layout) {
    NestedWalker walker = walker(engine, role, layout);
    NestedState state = state();
    assertFalse(NestedResult.isFault(walker.probe(state, GVA, Access.WRITE)));
    assertEquals(Set.of(), takeMarks(layout));
    assertFalse(NestedResult.isFault(walker.walk(state, GVA, Access.WRITE)));
    assertEquals(PAGE | GUEST_ALL | EntryBits.A | EntryBits.D, load(entry(PAGE - 0x1000)));
    Set<Long> marked = takeMarks(layout);
    assertFalse(NestedResult.isFault(walker.walk(state, GVA, Access.WRITE)));
    assertEquals(Set.of(), takeMarks(layout), "no bit was left to be set");
    return marked;
  }

  private static Set<Long> takeMarks(SlotLayout layout) {
    Set<Long> marked = new TreeSet<>();
    for (MemSlot slot : layout.slots()) {
      for (long page = 0; slot.dirtyLog() != null && page < slot.pages(); page++) {
        if (slot.dirtyLog().isDirty(page)) {
          marked.add(slot.baseGfn() + page);
        }
      }
      if (slot.dirtyLog() != null) {
        long[] _ = slot.dirtyLog().getAndClear();
      }
    }
    return marked;
  }

  @ParameterizedTest
  @EnumSource
  void withoutTheOptionTheFrameThatChangesIsMarked(Shape shape) {
    assertEquals(MOVED_TABLES, marked(EXACT, layout(shape, LOGGED, LOGGED)));
  }

  @ParameterizedTest
  @EnumSource
  void withItTheFrameThatTheGuestKnowsIs(Shape shape) {
    assertEquals(KNOWN_TABLES, marked(MARKED, layout(shape, LOGGED, LOGGED)));
  }

  @ParameterizedTest
  @EnumSource
  void thatFrameIsMarkedInAReadOnlySlotToo(Shape shape) {
    Set<SlotFlag> rom = EnumSet.of(SlotFlag.LOG_DIRTY_PAGES, SlotFlag.READONLY);
    assertEquals(KNOWN_TABLES, marked(MARKED, layout(shape, rom, Set.of())));
  }

  @ParameterizedTest
  @EnumSource
  void whereItsSlotLogsNothingNothingIsMarked(Shape shape) {
    assertEquals(Set.of(), marked(MARKED, layout(shape, Set.of(), LOGGED)));
  }

  @ParameterizedTest
  @EnumSource
  void whereItIsInNoSlotNothingIsMarked(Shape shape) {
    assertEquals(Set.of(), marked(MARKED, layout(shape, null, LOGGED)));
  }

  @ParameterizedTest
  @EnumSource
  void withoutAnyLogNothingIsMarked(Shape shape) {
    assertEquals(Set.of(), marked(MARKED, layout(shape, Set.of(), Set.of())));
  }

  @ParameterizedTest
  @EnumSource
  void anUpdateThatIsSkippedMarksNothing(Shape shape) {
    SlotLayout layout = layout(shape, LOGGED, EnumSet.of(SlotFlag.READONLY));
    for (String engine : List.of("interpreted", "generated")) {
      assertFalse(
          NestedResult.isFault(walker(engine, MARKED, layout).walk(state(), GVA, Access.WRITE)));
      assertEquals(Set.of(), takeMarks(layout));
    }
  }

  /** The address told of a fault of stage 2, by both engines, which store nothing before it. */
  private long told(NestedRole role, long gva) {
    SlotLayout layout = layout(Shape.TWO_SEGMENTS, LOGGED, LOGGED);
    NestedState interpreted = state();
    NestedState generated = state();
    long result = walker("interpreted", role, layout).walk(interpreted, gva, Access.READ);
    assertTrue(NestedResult.isStage2Fault(result), () -> NestedResult.toString(result));
    assertEquals(result, walker("generated", role, layout).walk(generated, gva, Access.READ));
    assertEquals(interpreted.stage2().gpa(), generated.stage2().gpa());
    return generated.stage2().gpa();
  }

  @Test
  void aFaultOfATableTellsItsFrameOrTheEntry() {
    store(PD, 0);
    assertEquals(CR3 + INDEX * Long.BYTES, told(EXACT, GVA));
    assertEquals(CR3, told(ALIGNED, GVA));
  }

  @Test
  void aFaultOfThePageTellsItsFrameOrTheByte() {
    long elsewhere = 2L * MOVED;
    store(entry(PAGE - 0x1000), elsewhere | GUEST_ALL);
    assertEquals(elsewhere | OFFSET, told(EXACT, GVA));
    assertEquals(elsewhere, told(ALIGNED, GVA));
  }

  @Test
  void aRefusedUpdateTellsTheFrameOfTheEntry() {
    store(PD, load(PD) & ~EptBits.W);
    NestedRole asking =
        new NestedRole(
            EXACT.guest(), EXACT.stage2(), TableAccess.WRITE_TO_UPDATE, EXACT.pdpteAccess());
    assertEquals(CR3 + INDEX * Long.BYTES, told(asking, GVA));
    assertEquals(CR3, told(asking.with(NestedOption.PAGE_ALIGNED_FAULTS), GVA));
  }

  @Test
  void aFaultOfALoadOfPdptesTellsTheirFrameOrTheFirst() {
    store(PD, 0);
    Role pae = Role.of(PagingMode.PAE, CpuFeatures.intel(46));
    NestedRole role = NestedRole.kvm(pae, TwoStageMatrix.EPT4);
    SlotLayout layout = layout(Shape.TWO_SEGMENTS, LOGGED, LOGGED);
    for (String engine : List.of("interpreted", "generated")) {
      NestedState state = state();
      assertEquals(Cr3Load.STAGE2_FAULT, walker(engine, role, layout).loadCr3(state, 0x3120));
      assertEquals(0x3120, state.stage2().gpa());
      NestedRole aligned = role.with(NestedOption.PAGE_ALIGNED_FAULTS);
      assertEquals(Cr3Load.STAGE2_FAULT, walker(engine, aligned, layout).loadCr3(state, 0x3120));
      assertEquals(0x3000, state.stage2().gpa());
    }
  }

  @Test
  void withoutPagingTheByteIsTold() {
    store(PD, 0);
    NestedRole role =
        NestedRole.kvm(Role.of(PagingMode.NO_PAGING, CpuFeatures.intel(46)), TwoStageMatrix.EPT4);
    assertEquals(0x4567, told(role.with(NestedOption.values()), 0x4567));
  }

  @Test
  void rolesThatWalkAlikeAreEqual() {
    NestedRole noPaging =
        NestedRole.kvm(Role.of(PagingMode.NO_PAGING, CpuFeatures.intel(46)), TwoStageMatrix.EPT4);
    assertEquals(noPaging, noPaging.with(NestedOption.values()));
    Role storing = TwoStageMatrix.FOUR_LEVEL;
    Role never = Role.of(storing.mode(), CpuFeatures.intel(46), Choices.of(ReadOnlyTables.NONE));
    NestedRole silent = NestedRole.kvm(never, TwoStageMatrix.EPT4);
    assertEquals(silent, silent.with(NestedOption.GUEST_FRAME_MARKED));
    assertEquals(EXACT, MARKED.with());
    assertNotEquals(EXACT, MARKED);
    assertNotEquals(MARKED, ALIGNED);
  }
}
