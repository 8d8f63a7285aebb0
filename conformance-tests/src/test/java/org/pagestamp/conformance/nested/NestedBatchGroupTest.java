package org.pagestamp.conformance.nested;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.conformance.group.CountingTrial;
import org.pagestamp.mode.PagingMode;

/** Batches in two dimensions are loops of walks. */
class NestedBatchGroupTest {
  private static final long WALKS = 1_000;

  @ParameterizedTest
  @EnumSource
  void bothEnginesMakeBatchesRightly(PagingMode mode) {
    for (Engine engine : List.of(Engine.interpreted(), Engine.generated(new Stamper()))) {
      CountingTrial trial =
          new CountingTrial(new WalkerSubject(engine, MemoryKind.NATIVE), WALKS, 1);
      new NestedBatchGroup().run(mode, trial);
      assertEquals(List.of(), trial.stage2Failures());
      assertTrue(trial.passed() > 200, trial.passed() + " batches and loads");
    }
  }
}
