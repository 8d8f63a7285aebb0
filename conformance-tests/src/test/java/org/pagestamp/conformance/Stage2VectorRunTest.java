package org.pagestamp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.interpreter.InterpretedStage2Walker;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.stage2.Stage2State;
import org.pagestamp.stage2.Stage2Trace;
import org.pagestamp.stage2.Stage2Walker;

/** What a run notices at vectors with a second stage. */
class Stage2VectorRunTest {
  private final List<Mismatch> mismatches = new ArrayList<>();
  private final List<String> skipped = new ArrayList<>();

  private VectorCounts run(Engine engine, String lines) throws IOException {
    VectorListener listener =
        new VectorListener() {
          @Override
          public void mismatched(Mismatch mismatch) {
            mismatches.add(mismatch);
          }

          @Override
          public void skipped(PlacedVector vector) {
            skipped.add(vector.name());
          }
        };
    try (VectorRun run = new VectorRun(engine, MemoryKind.LONG_ARRAY);
        VectorReader vectors = VectorLines.reader(lines)) {
      return run.run(vectors, listener);
    }
  }

  @Test
  void bothKindsOfVectorsAreWalked() throws IOException {
    String lines = VectorLines.GOOD + "\n" + VectorLines.GOOD_EPT;
    assertEquals(new VectorCounts(2, 0, 0), run(Engine.interpreted(), lines));
    assertEquals(List.of(), skipped);
  }

  @Test
  void anEngineWithoutASecondStageSkipsThem() throws IOException {
    Engine engine = new Engine("plain", InterpretedWalker::new);
    String lines = VectorLines.GOOD + "\n" + VectorLines.GOOD_EPT;
    assertEquals(new VectorCounts(1, 0, 1), run(engine, lines));
    assertEquals(List.of("made/by-hand/2"), skipped);
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
    assertEquals(new VectorCounts(0, 1, 0), run(Engine.interpreted(), line));
    String report = mismatches.getFirst().toString();
    assertTrue(report.contains(problem), report);
    assertTrue(report.endsWith(line), report);
  }

  @Test
  void aStoreFarFromAllEntriesIsLaidAtTheVectorThatDidIt() throws IOException {
    String lines = VectorLines.GOOD_EPT.replace("\"write\"", "\"read\"");
    lines = lines.replace("0x10337", "0x10137").replace("\"dirty\":true", "\"dirty\":false");
    VectorCounts counts = run(engine(Straying::new), VectorLines.GOOD_EPT + "\n" + lines);
    assertEquals(new VectorCounts(1, 1, 0), counts);
    assertEquals(
        List.of("memory changed at 0x9000, in a page that holds no entry of the vector"),
        mismatches.getFirst().problems());
  }

  @Test
  void aProbeThatStoresIsNoticed() throws IOException {
    run(engine(StoringProbe::new), VectorLines.GOOD_EPT);
    String report = mismatches.getFirst().toString();
    assertTrue(report.contains("after probe entry at"), report);
  }

  @Test
  void anExceptionIsAMismatch() throws IOException {
    Maker throwing =
        (_, _) -> {
          throw new IllegalStateException("lost");
        };
    assertEquals(new VectorCounts(0, 1, 0), run(engine(throwing), VectorLines.GOOD_EPT));
    assertTrue(mismatches.getFirst().problems().getFirst().contains("lost"));
  }

  private interface Maker {
    Stage2Walker make(Stage2Role role, SlotLayout layout);
  }

  private static Engine engine(Maker maker) {
    Stage2Engine stage2 =
        new Stage2Engine("meddling", maker::make, NestedRole::kvm, InterpretedNestedWalker::new);
    return new Engine("meddling", InterpretedWalker::new, Optional.of(stage2));
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
    public Stage2Trace explain(Stage2State state, long gpa, int access) {
      return right.explain(state, gpa, access);
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
    public Stage2Trace explain(Stage2State state, long gpa, int access) {
      return right.explain(state, gpa, access);
    }

    @Override
    public long probe(Stage2State state, long gpa, int access) {
      return right.walk(state, gpa, access);
    }
  }
}
