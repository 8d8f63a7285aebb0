package org.pagestamp.conformance.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SegmentBacking;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkTrace;
import org.pagestamp.walk.Walker;

class HostileTablesTest {
  private static final int WALKS = 40_000;

  private final HostileTables group = new HostileTables();

  @ParameterizedTest
  @EnumSource
  void ourWalkersStandIt(PagingMode mode) {
    for (Engine engine : List.of(Engine.interpreted(), Engine.generated(new Stamper()))) {
      CountingTrial trial = new CountingTrial(new WalkerSubject(engine, MemoryKind.NATIVE), WALKS);
      group.run(mode, trial);
      assertEquals(List.of(), trial.failures());
      assertEquals(WALKS / 4, trial.passed());
    }
  }

  @Test
  void aSubjectThatIsNotOursIsTriedInAMachine() {
    Subject foreign = foreign(UnaryOperator.identity());
    CountingTrial trial = new CountingTrial(foreign, WALKS);
    group.run(PagingMode.PAE, trial);
    assertEquals(List.of(), trial.failures());
    assertEquals(WALKS / 4, trial.passed());
  }

  private static Subject foreign(UnaryOperator<Subject.Mmu> change) {
    Subject ours = new WalkerSubject(Engine.interpreted(), MemoryKind.NATIVE);
    return new Subject() {
      @Override
      public String name() {
        return "foreign";
      }

      @Override
      public Mmu connect(Machine machine) {
        return change.apply(ours.connect(machine));
      }
    };
  }

  /** A walker that does what ours does, and then something that it must not. */
  private abstract static class Spoiler extends Walker {
    private final Walker right;

    Spoiler(Walker right) {
      super(right.role(), right.layout());
      this.right = right;
    }

    abstract long spoil(VcpuState vcpu, long gva, int access, long result);

    @Override
    public long walk(VcpuState vcpu, long gva, int access) {
      return spoil(vcpu, gva, access, right.walk(vcpu, gva, access));
    }

    @Override
    public long probe(VcpuState vcpu, long gva, int access) {
      return right.probe(vcpu, gva, access);
    }

    @Override
    public WalkTrace explain(VcpuState vcpu, long gva, int access) {
      return right.explain(vcpu, gva, access);
    }
  }

  private CaseFailure firstFailureOf(UnaryOperator<Walker> change, PagingMode mode) {
    Engine engine =
        new Engine("spoiled", (role, layout) -> change.apply(new InterpretedWalker(role, layout)));
    CountingTrial trial = new CountingTrial(new WalkerSubject(engine, MemoryKind.NATIVE), WALKS);
    group.run(mode, trial);
    assertTrue(!trial.failures().isEmpty(), "nothing found");
    return trial.failures().getFirst();
  }

  private static void assertProblem(String problem, CaseFailure failure) {
    assertTrue(
        failure.problems().stream().anyMatch(told -> told.contains(problem)), failure::toString);
  }

  @Test
  void aStoreJustBehindASlotIsFound() {
    CaseFailure failure =
        firstFailureOf(
            walker ->
                new Spoiler(walker) {
                  @Override
                  long spoil(VcpuState vcpu, long gva, int access, long result) {
                    layout().slots().forEach(HostileTablesTest::storeBehind);
                    return result;
                  }
                },
            PagingMode.FOUR_LEVEL);
    assertProblem("outside all slots", failure);
  }

  private static void storeBehind(MemSlot slot) {
    Backing backing = slot.backing();
    if (backing instanceof SegmentBacking(var segment, long offset)) {
      segment.set(ValueLayout.JAVA_BYTE, offset + slot.byteSize(), (byte) 1);
    }
  }

  @Test
  void aBitSetOnAFaultIsFound() {
    CaseFailure failure =
        firstFailureOf(
            walker ->
                new Spoiler(walker) {
                  @Override
                  long spoil(VcpuState vcpu, long gva, int access, long result) {
                    if (WalkResult.isFault(result)) {
                      long _ = probe(vcpu, gva, access); // records the entries
                      setAccessed(layout(), vcpu.record().entryGpa(vcpu.record().lowest()));
                    }
                    return result;
                  }
                },
            PagingMode.TWO_LEVEL);
    assertProblem("became", failure);
  }

  private static void setAccessed(SlotLayout layout, long gpa) {
    MemSlot slot = layout.find(gpa >>> 12);
    if (slot != null && slot.backing() instanceof SegmentBacking(var segment, long offset)) {
      long at = offset + gpa - slot.baseGpa();
      byte low = segment.get(ValueLayout.JAVA_BYTE, at);
      segment.set(ValueLayout.JAVA_BYTE, at, (byte) (low | EntryBits.A));
    }
  }

  @Test
  void aWalkThatReadsTooMuchIsFound() {
    CaseFailure failure =
        firstFailureOf(
            walker ->
                new Spoiler(walker) {
                  @Override
                  long spoil(VcpuState vcpu, long gva, int access, long result) {
                    for (int i = 0; i < 60; i++) {
                      long _ = probe(vcpu, gva, access);
                    }
                    return result;
                  }
                },
            PagingMode.PAE);
    assertProblem("uses of entries", failure);
  }

  @Test
  void anImpossibleAnswerIsFound() {
    CaseFailure failure =
        firstFailureOf(
            walker ->
                new Spoiler(walker) {
                  @Override
                  long spoil(VcpuState vcpu, long gva, int access, long result) {
                    return WalkResult.isFault(result) ? result & ~1L << 4 : result;
                  }

                  @Override
                  public long probe(VcpuState vcpu, long gva, int access) {
                    return spoil(vcpu, gva, access, super.probe(vcpu, gva, access));
                  }
                },
            PagingMode.FIVE_LEVEL);
    assertProblem("fault", failure);
  }
}
