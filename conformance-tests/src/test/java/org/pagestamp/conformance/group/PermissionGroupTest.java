package org.pagestamp.conformance.group;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.mode.PagingMode;

/** Both engines walk every row of the truth table, at each level that a walk reads. */
class PermissionGroupTest {
  /** 2,048 rows, a quarter of them without bit 63. */
  @ParameterizedTest(name = "{0}: {1} walks")
  @CsvSource({"TWO_LEVEL, 1024", "PAE, 4096", "FOUR_LEVEL, 8192", "FIVE_LEVEL, 10240"})
  void everyRowIsWalkedAsTheTableSays(PagingMode mode, long walks) throws IOException {
    for (Engine engine : List.of(Engine.interpreted(), Engine.generated(new Stamper()))) {
      CountingTrial trial = new CountingTrial(new WalkerSubject(engine, MemoryKind.NATIVE), 0);
      new PermissionGroup().run(mode, trial);
      assertEquals(List.of(), trial.failures());
      assertEquals(walks, trial.passed());
    }
  }
}
