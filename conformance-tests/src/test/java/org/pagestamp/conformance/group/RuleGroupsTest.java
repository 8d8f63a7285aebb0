package org.pagestamp.conformance.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.conformance.AnswerPart;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.Shard;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.AccessorBacking;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SegmentBacking;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.WalkResult;

/** The groups pass right walkers and find the one thing that is wrong with others. */
class RuleGroupsTest {
  private static final long FEW = 600;

  /** The part of a right walker's cases that is made here; the whole takes minutes. */
  private static final Shard SOME = new Shard(2, 3);

  private static CountingTrial run(CaseGroup group, PagingMode mode, Subject subject)
      throws Exception {
    return run(group, mode, subject, Shard.WHOLE);
  }

  private static CountingTrial run(CaseGroup group, PagingMode mode, Subject subject, Shard shard)
      throws Exception {
    CountingTrial trial = new CountingTrial(subject, FEW, 3, shard);
    group.run(mode, trial);
    return trial;
  }

  @ParameterizedTest(name = "{0}, {1}, {2}")
  @MethodSource("org.pagestamp.conformance.group.RuleGroups#withModesAndEngines")
  void ourWalkersPass(String name, PagingMode mode, Engine engine, CaseGroup group)
      throws Exception {
    assertEquals(name, group.name());
    CountingTrial trial = run(group, mode, new WalkerSubject(engine, MemoryKind.NATIVE), SOME);
    assertEquals(List.of(), trial.failures());
    assertEquals(0, trial.skipped());
    assertTrue(trial.passed() > 300, trial.passed() + " cases");
  }

  /** A right walker that is given something wrong, or whose answers are changed. */
  private record Wrong(
      Function<Role, Role> role, Function<SlotLayout, SlotLayout> layout, LongUnaryOperator answer)
      implements Subject {
    @Override
    public String name() {
      return "wrong";
    }

    @Override
    public Mmu connect(Machine machine) {
      Engine engine =
          new Engine(
              "wrong",
              (right, slots) -> new InterpretedWalker(role.apply(right), layout.apply(slots)));
      Mmu mmu = new WalkerSubject(engine, MemoryKind.NATIVE).connect(machine);
      return new Mmu() {
        @Override
        public boolean loadCr3(long cr3) {
          return mmu.loadCr3(cr3);
        }

        @Override
        public void keys(int pkru, int pkrs) {
          mmu.keys(pkru, pkrs);
        }

        @Override
        public long access(long gva, int access) {
          return answer.applyAsLong(mmu.access(gva, access));
        }
      };
    }
  }

  private static Subject withRole(Function<Role, Role> role) {
    return new Wrong(role, layout -> layout, answer -> answer);
  }

  private static Subject withLayout(Function<SlotLayout, SlotLayout> layout) {
    return new Wrong(role -> role, layout, answer -> answer);
  }

  private static Subject withAnswers(LongUnaryOperator answer) {
    return new Wrong(role -> role, layout -> layout, answer);
  }

  private static void assertFound(CaseGroup group, PagingMode mode, Subject subject)
      throws Exception {
    CountingTrial trial = run(group, mode, subject);
    assertFalse(trial.failures().isEmpty(), "nothing found in " + trial.passed() + " cases");
    CaseFailure failure = trial.failures().getFirst();
    assertEquals(group.name(), failure.group());
    assertEquals(subject.name(), failure.subject());
    assertFalse(failure.problems().isEmpty());
  }

  private static Role without(Role role, Control control) {
    Set<Control> controls = EnumSet.noneOf(Control.class);
    controls.addAll(role.controls());
    controls.remove(control);
    CpuFeatures cpu = new CpuFeatures(role.maxPhyAddr(), role.oneGigPages(), role.amd());
    return Role.of(role.mode(), cpu, controls.toArray(Control[]::new));
  }

  @ParameterizedTest
  @EnumSource
  void accessFindsAControlThatIsIgnored(Control control) throws Exception {
    PagingMode mode = control == Control.PSE ? PagingMode.TWO_LEVEL : PagingMode.FOUR_LEVEL;
    assertFound(new AccessGroup(), mode, withRole(role -> without(role, control)));
  }

  @Test
  void bitsFindsAnAddressWidthOffByOne() throws Exception {
    Function<Role, Role> wider =
        role ->
            Role.of(
                role.mode(),
                new CpuFeatures(
                    Math.min(52, role.maxPhyAddr() + 1), role.oneGigPages(), role.amd()),
                role.controls().toArray(Control[]::new));
    assertFound(new SingleBitsGroup(), PagingMode.FOUR_LEVEL, withRole(wider));
    assertFound(new SingleBitsGroup(), PagingMode.PAE, withRole(wider));
  }

  /** As QEMU has it. */
  @Test
  void priorityFindsReservedBitsReportedAsNotPresent() throws Exception {
    Subject subject =
        withAnswers(
            answer ->
                WalkResult.isFault(answer) && (WalkResult.errorCode(answer) & 8) != 0
                    ? answer & ~(1L << 16)
                    : answer);
    assertFound(new PriorityGroup(), PagingMode.PAE, subject);
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void readOnlyFindsRomThatIsWritten(PagingMode mode) throws Exception {
    assertFound(new ReadOnlyGroup(), mode, withLayout(layout -> withFlags(layout, Set.of())));
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void recursionFindsBitsThatAreNotSet(PagingMode mode) throws Exception {
    assertFound(
        new RecursionGroup(),
        mode,
        withLayout(layout -> withFlags(layout, Set.of(SlotFlag.READONLY))));
  }

  private static SlotLayout withFlags(SlotLayout layout, Set<SlotFlag> flags) {
    SlotLayout.Builder builder = SlotLayout.builder().updateMode(layout.updateMode());
    for (MemSlot slot : layout.slots()) {
      builder.slot(slot.baseGpa(), slot.byteSize(), flags, slot.backing());
    }
    return builder.build();
  }

  @Test
  void raceFindsAMismatchThatIsIgnored() throws Exception {
    Engine engine =
        new Engine(
            "careless",
            (role, layout) -> {
              SlotLayout.Builder builder = SlotLayout.builder();
              for (MemSlot slot : layout.slots()) {
                AccessorBacking backing = (AccessorBacking) slot.backing();
                Backing careless = Backing.of(new CarelessAccessor(backing.accessor()));
                builder.slot(slot.baseGpa(), slot.byteSize(), Set.of(), careless);
              }
              return new InterpretedWalker(role, builder.build());
            });
    for (PagingMode mode : List.of(PagingMode.TWO_LEVEL, PagingMode.FOUR_LEVEL)) {
      assertFound(new RaceGroup(), mode, new WalkerSubject(engine, MemoryKind.ACCESSOR));
    }
  }

  @Test
  void raceSkipsSubjectsWithoutALayout() throws Exception {
    CountingTrial trial = run(new RaceGroup(), PagingMode.PAE, withAnswers(answer -> answer));
    assertEquals(0, trial.passed());
    assertTrue(trial.skipped() > 0);
  }

  @Test
  void slotsFindsASlotThatIsAPageShort() throws Exception {
    Function<SlotLayout, SlotLayout> shorter =
        layout -> {
          SlotLayout.Builder builder = SlotLayout.builder();
          for (MemSlot slot : layout.slots()) {
            long size = Math.max(0x1000, slot.byteSize() - 0x1000);
            MemorySegment memory = ((SegmentBacking) slot.backing()).slice(slot.byteSize());
            Set<SlotFlag> flags = slot.isReadOnly() ? Set.of(SlotFlag.READONLY) : Set.of();
            builder.slot(slot.baseGpa(), size, flags, Backing.of(memory));
          }
          return builder.build();
        };
    for (PagingMode mode : PagingMode.values()) {
      assertFound(new SlotsGroup(), mode, withLayout(shorter));
    }
  }

  @Test
  void largeFindsALostBitOfTheOffset() throws Exception {
    Subject subject =
        withAnswers(answer -> WalkResult.isLarge(answer) ? answer & ~0x1000L : answer);
    assertFound(new LargePagesGroup(), PagingMode.TWO_LEVEL, subject);
    assertFound(new LargePagesGroup(), PagingMode.FIVE_LEVEL, subject);
  }

  /** What a subject does not report is not held against it. */
  @Test
  void partsThatAreNotReportedAreNotCompared() throws Exception {
    Subject wrong = withAnswers(answer -> WalkResult.isFault(answer) ? answer : answer | 1L << 8);
    Subject silent =
        new Subject() {
          @Override
          public String name() {
            return "silent";
          }

          @Override
          public Set<AnswerPart> reports() {
            return EnumSet.complementOf(EnumSet.of(AnswerPart.GLOBAL));
          }

          @Override
          public Mmu connect(Machine machine) {
            return wrong.connect(machine);
          }
        };
    assertFound(new LargePagesGroup(), PagingMode.PAE, wrong);
    assertEquals(List.of(), run(new LargePagesGroup(), PagingMode.PAE, silent).failures());
  }

  @Test
  void rolesThatASubjectDoesNotKnowAreSkipped() throws Exception {
    for (CaseGroup group : RuleGroups.all()) {
      Subject subject =
          new Subject() {
            @Override
            public String name() {
              return "knows nothing";
            }

            @Override
            public boolean knows(Role role) {
              return false;
            }

            @Override
            public Mmu connect(Machine machine) {
              throw new AssertionError(group.name());
            }
          };
      CountingTrial trial = run(group, PagingMode.PAE, subject);
      assertEquals(0, trial.passed(), group.name());
      assertTrue(trial.skipped() > 0, group.name());
    }
  }
}
