package org.pagestamp.bench.scenario;

import static org.pagestamp.bench.engine.Engine.ARRAY_LOOKUP;
import static org.pagestamp.bench.engine.Engine.CHASE_C;
import static org.pagestamp.bench.engine.Engine.EIGHT_AT_RANDOM;
import static org.pagestamp.bench.engine.Engine.EIGHT_ECHOES_IN_RUNS;
import static org.pagestamp.bench.engine.Engine.EIGHT_IN_RUNS;
import static org.pagestamp.bench.engine.Engine.FLUSHED_TLB;
import static org.pagestamp.bench.engine.Engine.GENERATED;
import static org.pagestamp.bench.engine.Engine.GENERATED_FIXED_ACCESS;
import static org.pagestamp.bench.engine.Engine.INTERPRETED;
import static org.pagestamp.bench.engine.Engine.KNOWN_LOADS;
import static org.pagestamp.bench.engine.Engine.MMU;
import static org.pagestamp.bench.engine.Engine.REPACKED;
import static org.pagestamp.bench.engine.Engine.TLB;
import static org.pagestamp.bench.engine.Engine.TWO_AT_RANDOM;
import static org.pagestamp.bench.engine.Engine.TWO_IN_RUNS;
import static org.pagestamp.bench.engine.Engine.WALK_ALL;
import static org.pagestamp.bench.image.ImageSpec.USUAL;
import static org.pagestamp.bench.image.SlotMemory.ACCESSOR;
import static org.pagestamp.bench.image.SlotMemory.LONG_ARRAY;
import static org.pagestamp.bench.image.SlotMemory.MAPPED_FILE;
import static org.pagestamp.bench.image.SlotMemory.SEGMENT_PER_SLOT;
import static org.pagestamp.bench.image.SlotMemory.SHARED_SEGMENT;
import static org.pagestamp.bench.image.SlotMemory.SHUFFLED_SEGMENT;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.bench.image.AccessedDirtyState;
import org.pagestamp.bench.image.ImageSpec;
import org.pagestamp.bench.image.NestedSet;
import org.pagestamp.bench.image.NestedSpec;
import org.pagestamp.bench.image.SlotMemory;
import org.pagestamp.bench.image.SlotShape;
import org.pagestamp.bench.image.Stage2Kind;
import org.pagestamp.bench.image.WorkingSet;
import org.pagestamp.mode.PagingMode;

/** The table of all scenarios. */
public final class Scenarios {
  private static final boolean DEPENDENT = true;

  private Scenarios() {}

  /** All scenarios, in the order in which they are shown. */
  public static List<Scenario> all() {
    List<Scenario> all = new ArrayList<>();
    all.addAll(modes());
    all.addAll(slots());
    all.addAll(memories());
    all.addAll(workingSets());
    all.addAll(accessedDirty());
    all.addAll(callShapes());
    all.addAll(tlb());
    all.addAll(nested());
    all.add(new StampingScenario());
    all.add(new DropScenario());
    all.add(new TieringScenario());
    return all;
  }

  /**
   * The scenario of this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Scenario named(String name) {
    return all().stream()
        .filter(scenario -> scenario.name().equals(name))
        .findAny()
        .orElseThrow(() -> new IllegalArgumentException("no scenario '" + name + "'"));
  }

  private static List<Scenario> modes() {
    return List.of(
        mode("4-level", PagingMode.FOUR_LEVEL, 1)
            .comparing(GENERATED_FIXED_ACCESS, CHASE_C)
            .comparing(GENERATED_FIXED_ACCESS, GENERATED)
            .comparing(REPACKED, GENERATED)
            .batches()
            .chaseBars(1.06, 2.4)
            .interpretedBars(0.55, 0.38)
            .quick(),
        mode("4-level-2m", PagingMode.FOUR_LEVEL, 2).chaseBars(1.10, 2.6).quick(),
        mode("4-level-1g", PagingMode.FOUR_LEVEL, 3).chaseBars(1.10, 2.6),
        mode("5-level", PagingMode.FIVE_LEVEL, 1).chaseBars(1.10, 2.6).quick(),
        mode("5-level-2m", PagingMode.FIVE_LEVEL, 2).chaseBars(1.10, 2.6),
        mode("5-level-1g", PagingMode.FIVE_LEVEL, 3).chaseBars(1.10, 2.6),
        mode("pae", PagingMode.PAE, 1).chaseBars(1.10, 2.6).quick(),
        mode("pae-2m", PagingMode.PAE, 2).chaseBars(1.10, 2.6),
        mode("2-level", PagingMode.TWO_LEVEL, 1).chaseBars(1.10, 2.6).quick(),
        mode("2-level-4m", PagingMode.TWO_LEVEL, 2).chaseBars(1.10, 2.6),
        mode("no-paging", PagingMode.NO_PAGING, 0));
  }

  private static WalkScenario mode(String name, PagingMode mode, int leafLevel) {
    return walks(Group.MODES, name, USUAL.in(mode, leafLevel));
  }

  private static WalkScenario walks(Group group, String name, ImageSpec image) {
    return WalkScenario.of(group, name, image).enginesAndChases();
  }

  private static List<Scenario> slots() {
    return List.of(
        slots("slots-2", SlotShape.TWO_MAIN, SHARED_SEGMENT),
        main("slots-8", SlotShape.EIGHT_MAIN, SHARED_SEGMENT)
            .bar(GENERATED, INTERPRETED, DEPENDENT, 0.31)
            .quick(),
        main("slots-32", SlotShape.MAIN_32, SHARED_SEGMENT),
        main("slots-128", SlotShape.MAIN_128, SHARED_SEGMENT)
            .bar(GENERATED, INTERPRETED, DEPENDENT, 0.23)
            .quick(),
        main("slots-509", SlotShape.MAIN_509, SHARED_SEGMENT),
        main("slots-4096", SlotShape.MAIN_4096, SHARED_SEGMENT)
            .bar(GENERATED, INTERPRETED, DEPENDENT, 0.18)
            .quick(),
        main("slots-32764", SlotShape.MAIN_32764, SHARED_SEGMENT),
        main("slots-8-segments", SlotShape.EIGHT_MAIN, SEGMENT_PER_SLOT),
        main("slots-128-segments", SlotShape.MAIN_128, SEGMENT_PER_SLOT),
        main("slots-32764-segments", SlotShape.MAIN_32764, SEGMENT_PER_SLOT),
        spread("spread-8", SlotShape.EIGHT_SPREAD, 1.40).quick(),
        slots("spread-32", SlotShape.SPREAD_32, SHARED_SEGMENT),
        slots("spread-128", SlotShape.SPREAD_128, SHARED_SEGMENT),
        spread("spread-509", SlotShape.SPREAD_509, 1.85).quick(),
        slots("spread-4096", SlotShape.SPREAD_4096, SHARED_SEGMENT),
        spread("spread-32764", SlotShape.SPREAD_32764, 1.90),
        slots("spread-8-shuffled", SlotShape.EIGHT_SPREAD, SHUFFLED_SEGMENT),
        slots("spread-509-shuffled", SlotShape.SPREAD_509, SHUFFLED_SEGMENT),
        slots("spread-32764-shuffled", SlotShape.SPREAD_32764, SHUFFLED_SEGMENT),
        slots("spread-8-segments", SlotShape.EIGHT_SPREAD, SEGMENT_PER_SLOT),
        slots("spread-509-segments", SlotShape.SPREAD_509, SEGMENT_PER_SLOT),
        slots("spread-509-small", SlotShape.FINE_509, SHARED_SEGMENT),
        slots("spread-32764-small", SlotShape.FINE_32764, SHARED_SEGMENT),
        slots("mixed-8", SlotShape.EIGHT_MIXED, SHARED_SEGMENT),
        walks(
            Group.SLOTS,
            "rom-8",
            USUAL.over(SlotShape.EIGHT_ROM, SHARED_SEGMENT).with(AccessedDirtyState.ALL_CLEAR)));
  }

  private static WalkScenario slots(String name, SlotShape shape, SlotMemory memory) {
    return walks(Group.SLOTS, name, USUAL.over(shape, memory));
  }

  private static WalkScenario main(String name, SlotShape shape, SlotMemory memory) {
    return slots(name, shape, memory).bar(GENERATED, CHASE_C, DEPENDENT, 1.15);
  }

  private static WalkScenario spread(String name, SlotShape shape, double limit) {
    return slots(name, shape, SHARED_SEGMENT).bar(GENERATED, CHASE_C, DEPENDENT, limit);
  }

  private static List<Scenario> memories() {
    return List.of(
        memory("mapped-file", MAPPED_FILE),
        memory("long-array", LONG_ARRAY),
        memory("accessor", ACCESSOR).interpretedBars(0.70, 0.70).quick());
  }

  private static WalkScenario memory(String name, SlotMemory memory) {
    return walks(Group.MEMORY, name, USUAL.over(SlotShape.ONE, memory));
  }

  private static List<Scenario> workingSets() {
    return List.of(
        walks(Group.WORKING_SETS, "dense-1g", USUAL.of(WorkingSet.DENSE_1_GIB)).batches(),
        walks(Group.WORKING_SETS, "dense-16g", USUAL.of(WorkingSet.DENSE_16_GIB)).batches(),
        walks(Group.WORKING_SETS, "sparse", USUAL.of(WorkingSet.SPARSE))
            .batches()
            .comparingIndependent(KNOWN_LOADS, GENERATED)
            .bar(GENERATED, CHASE_C, DEPENDENT, 1.03)
            .bar(WALK_ALL, GENERATED, !DEPENDENT, 0.50)
            .bar(WALK_ALL, CHASE_C, !DEPENDENT, 1.20));
  }

  private static List<Scenario> accessedDirty() {
    return List.of(
        stores("private-hot", AccessedDirtyState.HOT),
        stores("first-touch-1", AccessedDirtyState.LEAF_CLEAR).interpretedBars(0.80, 0.80).quick(),
        stores("first-touch-4", AccessedDirtyState.ALL_CLEAR).interpretedBars(0.80, 0.80).quick(),
        stores("dirty", AccessedDirtyState.CLEAN));
  }

  private static WalkScenario stores(String name, AccessedDirtyState state) {
    return walks(Group.ACCESSED_DIRTY, name, USUAL.of(WorkingSet.PRIVATE).with(state));
  }

  private static List<Scenario> callShapes() {
    return List.of(
        WalkScenario.of(Group.CALL_SHAPES, "walkers-2", USUAL)
            .comparing(TWO_IN_RUNS, GENERATED)
            .comparing(TWO_AT_RANDOM, GENERATED),
        WalkScenario.of(Group.CALL_SHAPES, "walkers-8", USUAL)
            .comparing(EIGHT_IN_RUNS, GENERATED)
            .comparing(EIGHT_AT_RANDOM, GENERATED)
            .comparing(EIGHT_ECHOES_IN_RUNS, GENERATED)
            .bar(EIGHT_IN_RUNS, GENERATED, DEPENDENT, 1.20)
            .bar(EIGHT_IN_RUNS, GENERATED, !DEPENDENT, 1.20)
            .quick());
  }

  private static List<Scenario> tlb() {
    return List.of(
        WalkScenario.of(Group.TLB, "tlb-hit", USUAL.of(WorkingSet.ROW))
            .comparing(TLB, ARRAY_LOOKUP)
            .comparing(TLB, MMU)
            .bar(TLB, ARRAY_LOOKUP, DEPENDENT, 3)
            .bar(TLB, ARRAY_LOOKUP, !DEPENDENT, 3)
            .quick(),
        WalkScenario.of(Group.TLB, "tlb-fill", USUAL.of(WorkingSet.DENSE_1_GIB))
            .comparing(TLB, MMU)
            .comparing(MMU, GENERATED)
            .bar(TLB, MMU, DEPENDENT, 1.30)
            .bar(TLB, MMU, !DEPENDENT, 1.30)
            .quick(),
        WalkScenario.of(Group.TLB, "tlb-fill-hot", USUAL)
            .comparing(FLUSHED_TLB, MMU)
            .comparing(MMU, GENERATED));
  }

  private static List<Scenario> nested() {
    NestedSpec usual = NestedSpec.USUAL;
    return List.of(
        nested("nested-4x4", usual)
            .bar(GENERATED, CHASE_C, DEPENDENT, 1.30)
            .bar(GENERATED, INTERPRETED, DEPENDENT, 0.40)
            .batches()
            .quick(),
        nested("nested-5x5", usual.in(PagingMode.FIVE_LEVEL, Stage2Kind.EPT5))
            .bar(GENERATED, CHASE_C, DEPENDENT, 1.30)
            .bar(GENERATED, INTERPRETED, DEPENDENT, 0.40),
        nested("nested-pae", usual.in(PagingMode.PAE, Stage2Kind.EPT4)),
        nested("nested-npt", usual.in(PagingMode.FOUR_LEVEL, Stage2Kind.NPT4)),
        nested("nested-4x4-2m", usual.withStage2Leaf(2)).batches(),
        nested("nested-4x4-8-slots", usual.over(SlotShape.EIGHT_MAIN)),
        nested("nested-4x4-dram", usual.of(NestedSet.SPARSE))
            .batches()
            .bar(WALK_ALL, GENERATED, !DEPENDENT, 0.60));
  }

  private static WalkScenario nested(String name, NestedSpec image) {
    return WalkScenario.of(Group.NESTED, name, image).enginesAndChases();
  }
}
