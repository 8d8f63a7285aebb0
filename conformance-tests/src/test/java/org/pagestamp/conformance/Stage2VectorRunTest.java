package org.pagestamp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.interpreter.InterpretedStage2Walker;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.stage2.Stage2State;
import org.pagestamp.stage2.Stage2Walker;

/** What a run of vectors with a second stage notices. */
class Stage2VectorRunTest {
  private final List<String> mismatches = new ArrayList<>();

  private VectorCounts run(Stage2Engine engine, String lines) throws IOException {
    try (Stage2VectorRun run = new Stage2VectorRun(engine, MemoryKind.LONG_ARRAY);
        VectorReader vectors = VectorLines.reader(lines)) {
      return run.run(vectors, _ -> true, mismatches);
    }
  }

  @Test
  void vectorsOfOneDimensionAreForOtherRuns() throws IOException {
    String lines = VectorLines.GOOD + "\n" + VectorLines.GOOD_EPT;
    assertEquals(new VectorCounts(1, 0, 1), run(Stage2Engine.interpreted(), lines));
    assertEquals(List.of(), mismatches);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0x10234|0x10235|expected EptTranslation",
        "\"executable\":true|\"executable\":false|expected EptTranslation",
        "\"dirty\":true|\"dirty\":false|expected EptTranslation",
        "[\"0x4008\",\"0x10337\",8]|[\"0x4008\",\"0x10137\",8]|entry at 0x4008 is 0x10337",
        "[\"0x1000\",\"0x2107\",8],|''|entry at 0x1000 is 0x2107"
      })
  void aDifferenceIsNamed(String right, String wrong, String problem) throws IOException {
    String line = VectorLines.GOOD_EPT.replace(right, wrong == null ? "" : wrong);
    assertEquals(new VectorCounts(0, 1, 0), run(Stage2Engine.interpreted(), line));
    assertTrue(mismatches.getFirst().contains(problem), mismatches.getFirst());
    assertTrue(mismatches.getFirst().endsWith(line));
  }

  @Test
  void aStoreFarFromAllEntriesIsLaidAtTheVectorThatDidIt() throws IOException {
    String lines = VectorLines.GOOD_EPT.replace("\"write\"", "\"read\"");
    lines = lines.replace("0x10337", "0x10137").replace("\"dirty\":true", "\"dirty\":false");
    VectorCounts counts = run(engine(Straying::new), VectorLines.GOOD_EPT + "\n" + lines);
    assertEquals(new VectorCounts(1, 1, 0), counts);
    assertTrue(mismatches.getFirst().contains("memory changed at 0x9000"), mismatches.getFirst());
  }

  @Test
  void aProbeThatStoresIsNoticed() throws IOException {
    run(engine(StoringProbe::new), VectorLines.GOOD_EPT);
    assertTrue(mismatches.getFirst().contains("after probe entry at"), mismatches.getFirst());
  }

  private interface Maker {
    Stage2Walker make(Stage2Role role, SlotLayout layout);
  }

  private static Stage2Engine engine(Maker maker) {
    return new Stage2Engine("meddling", maker::make, NestedRole::kvm, InterpretedNestedWalker::new);
  }

  /** Writes to a page without entries on each write. */
  private static final class Straying extends Stage2Walker {
    private final Stage2Walker right;

    Straying(Stage2Role role, SlotLayout layout) {
      super(role, layout);
      right = new InterpretedStage2Walker(role, layout);
    }

    @Override
    public long walk(Stage2State state, long gpa, int access) {
      if (access == Stage2Access.WRITE && !state.isObserver()) {
        layout().slots().getFirst().write(0x9000, 1, 1);
        long[] _ = layout().slots().getFirst().dirtyLog().getAndClear();
      }
      return right.walk(state, gpa, access);
    }

    @Override
    public long probe(Stage2State state, long gpa, int access) {
      return right.probe(state, gpa, access);
    }
  }

  /** Sets bits in probes. */
  private static final class StoringProbe extends Stage2Walker {
    private final Stage2Walker right;

    StoringProbe(Stage2Role role, SlotLayout layout) {
      super(role, layout);
      right = new InterpretedStage2Walker(role, layout);
    }

    @Override
    public long walk(Stage2State state, long gpa, int access) {
      return right.walk(state, gpa, access);
    }

    @Override
    public long probe(Stage2State state, long gpa, int access) {
      return right.walk(state, gpa, access);
    }
  }
}
