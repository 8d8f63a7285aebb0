package org.pagestamp.conformance.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.mode.PagingMode;

class RandomBatchesTest {
  private static final int WALKS = 40_000;

  private final RandomBatches group = new RandomBatches();

  @ParameterizedTest
  @EnumSource
  void generatedBatchesDoAsInterpretedWalks(PagingMode mode) {
    Subject generated =
        new WalkerSubject(Engine.generated(new Stamper()), MemoryKind.NATIVE_PER_SLOT);
    CountingTrial trial = new CountingTrial(generated, WALKS);
    group.run(mode, trial);
    assertEquals(List.of(), trial.failures());
    assertEquals(WALKS, trial.passed());
  }

  @Test
  void theInterpretedWalkerIsNotComparedWithItself() {
    CountingTrial trial =
        new CountingTrial(new WalkerSubject(Engine.interpreted(), MemoryKind.NATIVE), WALKS);
    group.run(PagingMode.PAE, trial);
    assertEquals(WALKS, trial.skipped());
  }

  /** How a subject that walks rightly makes batches. */
  private interface Batch {
    void make(Subject.Mmu mmu, long[] gvas, int access, long[] results);
  }

  private CaseFailure failureOf(Batch batch) {
    Subject right = new WalkerSubject(Engine.interpreted(), MemoryKind.BYTE_ARRAY);
    Subject wrong =
        new WrongSubject(
            right,
            (_, mmu) ->
                new WrongSubject.DelegatingMmu(mmu) {
                  @Override
                  public void accessAll(long[] gvas, int access, long[] results) {
                    batch.make(mmu, gvas, access, results);
                  }
                });
    CountingTrial trial = new CountingTrial(wrong, WALKS);
    group.run(PagingMode.FOUR_LEVEL, trial);
    return trial.failures().getFirst();
  }

  private static String problem(CaseFailure failure) {
    return String.join("; ", failure.problems());
  }

  @Test
  void aWalkThatIsLeftOutIsFound() {
    CaseFailure failure =
        failureOf(
            (mmu, gvas, access, results) -> {
              for (int i = 0; i < gvas.length - 1; i++) {
                results[i] = mmu.access(gvas[i], access);
              }
            });
    assertTrue(problem(failure).contains("; in a batch of "), failure::toString);
    assertEquals(-1, failure.actual());
  }

  @Test
  void storesTooManyAreFound() {
    CaseFailure failure =
        failureOf(
            (mmu, gvas, access, results) -> {
              mmu.accessAll(gvas, access, results);
              long _ = mmu.access(gvas[0] ^ 0x20_0000, access);
            });
    assertTrue(problem(failure).startsWith("afterwards the entry at "), failure::toString);
  }

  @Test
  void resultsTooManyAreFound() {
    CaseFailure failure =
        failureOf(
            (mmu, gvas, access, results) -> {
              mmu.accessAll(gvas, access, results);
              results[gvas.length] = 0;
            });
    assertTrue(problem(failure).startsWith("writes behind the results"), failure::toString);
  }

  @Test
  void anExceptionIsAFailure() {
    CaseFailure failure =
        failureOf(
            (_, _, _, _) -> {
              throw new IllegalStateException("no batch today");
            });
    assertTrue(problem(failure).contains("no batch today at "), failure::toString);
  }
}
