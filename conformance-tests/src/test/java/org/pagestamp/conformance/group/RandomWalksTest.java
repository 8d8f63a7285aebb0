package org.pagestamp.conformance.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.Shard;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.VectorEntry;
import org.pagestamp.conformance.WalkVector;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.conformance.run.ConformanceRun;
import org.pagestamp.conformance.run.RunFailure;
import org.pagestamp.conformance.run.RunListener;
import org.pagestamp.conformance.run.RunSettings;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;

class RandomWalksTest {
  private static final int WALKS = 40_000;

  private final RandomWalks group = new RandomWalks();
  private final Engine generated = Engine.generated(new Stamper());

  @ParameterizedTest
  @EnumSource
  void generatedWalkersDoAsTheInterpretedOne(PagingMode mode) {
    CountingTrial trial =
        new CountingTrial(new WalkerSubject(generated, MemoryKind.LONG_ARRAY), WALKS);
    group.run(mode, trial);
    assertEquals(List.of(), trial.failures());
    assertEquals(WALKS, trial.passed());
  }

  @Test
  void theInterpretedWalkerIsNotComparedWithItself() {
    CountingTrial trial =
        new CountingTrial(new WalkerSubject(Engine.interpreted(), MemoryKind.NATIVE), WALKS);
    group.run(PagingMode.PAE, trial);
    assertEquals(0, trial.passed());
    assertEquals(WALKS, trial.skipped());
  }

  @Test
  void theInterpretedWalkerOverOtherMemoryIsCompared() {
    CountingTrial trial =
        new CountingTrial(new WalkerSubject(Engine.interpreted(), MemoryKind.BYTE_ARRAY), WALKS);
    group.run(PagingMode.TWO_LEVEL, trial);
    assertEquals(WALKS, trial.passed());
  }

  /** The first failure in the walks of one guest, as a run tells it. */
  private RunFailure firstFailureOf(WrongSubject.Change change) throws IOException {
    Subject right = new WalkerSubject(Engine.interpreted(), MemoryKind.NATIVE);
    RunSettings settings =
        new RunSettings(List.of(PagingMode.FOUR_LEVEL), 1, 4_000, Shard.WHOLE, 1);
    Subject wrong = new WrongSubject(right, change);
    return new ConformanceRun(List.of(wrong), List.of(group), settings, new RunListener() {})
        .run()
        .failures()
        .getFirst();
  }

  /** What a failure says is what matters to it and nothing else. */
  @Test
  void aWrongAnswerIsMadeSmall() throws IOException {
    RunFailure failure =
        firstFailureOf(
            (machine, mmu) ->
                new WrongSubject.DelegatingMmu(mmu) {
                  @Override
                  public long access(long gva, int access) {
                    long result = super.access(gva, access);
                    boolean smapOff = !machine.role().smap();
                    return smapOff ? result : result ^ 1L << 16;
                  }
                });
    assertTrue(failure.recurs());
    WalkVector small = (WalkVector) failure.vector().orElseThrow();
    assertEquals(List.of(Control.SMAP), List.copyOf(small.role().controls()));
    assertEquals(List.of(), small.memory());
    assertEquals(1, small.slots().size()); // a vector has one
    assertEquals(Access.READ, small.access());
    assertEquals(0, small.gva());
    assertEquals(0, small.pkru());
  }

  @Test
  void aBitLostInAnEntryIsMadeSmall() throws IOException {
    RunFailure failure =
        firstFailureOf(
            (machine, mmu) ->
                new WrongSubject.DelegatingMmu(mmu) {
                  @Override
                  public long access(long gva, int access) {
                    long result = super.access(gva, access);
                    loseAccessedBits(machine);
                    return result;
                  }
                });
    assertTrue(failure.vector().orElseThrow().memory().size() <= 4, failure::toString);
    for (VectorEntry entry : failure.vector().orElseThrow().memory()) {
      assertEquals(0, entry.value() & (EntryBits.W | EntryBits.NX), failure::toString);
    }
    assertTrue(
        failure.problems().getFirst().startsWith("afterwards the entry at"), failure::toString);
  }

  /** Wherever the first page of RAM has an entry that was accessed, forgets it. */
  private static void loseAccessedBits(Machine machine) {
    long gpa = machine.layout().slots().getFirst().baseGpa();
    for (int i = 0; i < 512; i++) {
      machine.store(gpa + i * 8L, machine.load(gpa + i * 8L, 8) & ~EntryBits.A, 8);
    }
  }

  @Test
  void anExceptionIsAFailure() throws IOException {
    RunFailure failure =
        firstFailureOf(
            (_, mmu) ->
                new WrongSubject.DelegatingMmu(mmu) {
                  @Override
                  public long access(long gva, int access) {
                    throw new IllegalStateException("no walk today");
                  }
                });
    assertEquals(1, failure.problems().size());
    String problem = failure.problems().getFirst();
    assertTrue(
        problem.startsWith("threw java.lang.IllegalStateException: no walk today at "), problem);
    assertTrue(failure.recurs());
  }

  @Test
  void aRefusalTooManyIsAFailure() throws IOException {
    RunFailure failure =
        firstFailureOf(
            (_, mmu) ->
                new WrongSubject.DelegatingMmu(mmu) {
                  @Override
                  public boolean loadCr3(long cr3) {
                    return false;
                  }
                });
    assertEquals(0, ((WalkVector) failure.vector().orElseThrow()).cr3());
  }

  /** One answer in many is wrong: the others are counted as right, and the wrong ones are found. */
  @Test
  void aGuestGoesOnAfterAFailure() {
    Subject right = new WalkerSubject(Engine.interpreted(), MemoryKind.NATIVE);
    WrongSubject.Change change =
        (_, mmu) ->
            new WrongSubject.DelegatingMmu(mmu) {
              @Override
              public long access(long gva, int access) {
                long result = super.access(gva, access);
                return (gva & 0xFF) == 1 ? result ^ 1 : result;
              }
            };
    CountingTrial trial = new CountingTrial(new WrongSubject(right, change), 4_000);
    group.run(PagingMode.FOUR_LEVEL, trial);
    assertTrue(trial.failures().size() > 1, trial.failures().size() + " failures");
    assertTrue(trial.failures().size() <= 16, trial.failures().size() + " failures");
    assertTrue(trial.passed() > trial.failures().size(), trial.passed() + " passed");
    for (CaseFailure failure : trial.failures()) {
      assertEquals(1, failure.failed().gva() & 0xFF);
    }
  }

  @Test
  void whatIsThrownBesideAccessesIsAFailureToo() throws IOException {
    RunFailure ofKeys =
        firstFailureOf(
            (_, mmu) ->
                new WrongSubject.DelegatingMmu(mmu) {
                  @Override
                  public void keys(int pkru, int pkrs) {
                    throw new UnsupportedOperationException("no keys");
                  }
                });
    assertTrue(ofKeys.problems().getFirst().contains("no keys at "), ofKeys::toString);
    RunFailure ofCr3 =
        firstFailureOf(
            (_, mmu) ->
                new WrongSubject.DelegatingMmu(mmu) {
                  @Override
                  public boolean loadCr3(long cr3) {
                    throw new AssertionError("no CR3");
                  }
                });
    assertTrue(ofCr3.problems().getFirst().contains("no CR3 at "), ofCr3::toString);
    RunFailure ofConnecting =
        firstFailureOf(
            (_, _) -> {
              throw new StackOverflowError("no end");
            });
    assertTrue(ofConnecting.problems().getFirst().contains("no end at "), ofConnecting::toString);
    assertTrue(ofConnecting.recurs());
  }

  @Test
  void theSameSeedMakesTheSameFailure() throws IOException {
    WrongSubject.Change change =
        (_, mmu) ->
            new WrongSubject.DelegatingMmu(mmu) {
              @Override
              public long access(long gva, int access) {
                return super.access(gva, access & ~Access.AC);
              }
            };
    assertEquals(firstFailureOf(change).json(), firstFailureOf(change).json());
  }

  @Test
  void rolesThatTheSubjectDoesNotKnowAreSkipped() {
    Subject right = new WalkerSubject(generated, MemoryKind.NATIVE);
    Subject picky =
        new Subject() {
          @Override
          public String name() {
            return "picky";
          }

          @Override
          public boolean knows(Role role) {
            return !role.smap();
          }

          @Override
          public Mmu connect(Machine machine) {
            return right.connect(machine);
          }
        };
    CountingTrial trial = new CountingTrial(picky, WALKS);
    group.run(PagingMode.FIVE_LEVEL, trial);
    assertTrue(trial.skipped() > 0);
    assertEquals(WALKS, trial.skipped() + trial.passed());
  }
}
