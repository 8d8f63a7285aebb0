package org.pagestamp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every shipped vector, through every engine over every kind of memory. */
class ShippedVectorsTest {
  /** Vectors by set; asserted, so that none is lost on the way. */
  private static Map<VectorSet, VectorCounts> expected(Engine engine) {
    Map<VectorSet, VectorCounts> expected = new EnumMap<>(VectorSet.class);
    for (VectorSet set : VectorSet.values()) {
      expected.put(
          set,
          switch (set) {
            case LEGACY, PAE, FOUR_LEVEL, FIVE_LEVEL, ROM -> new VectorCounts(400, 0, 0);
            case NON_CANONICAL -> new VectorCounts(100, 0, 0);
            case EPT, NESTED -> withStage2(engine, 0, 400);
            case CONTESTED -> withStage2(engine, 100, 50);
          });
    }
    return expected;
  }

  private static VectorCounts withStage2(Engine engine, int others, int stage2) {
    return engine.stage2().isPresent()
        ? new VectorCounts(others + stage2, 0, 0)
        : new VectorCounts(others, 0, stage2);
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("org.pagestamp.conformance.Engines#withMemoryKinds")
  void everyVectorIsWalkedAsExpected(Engine engine, MemoryKind kind) throws IOException {
    Map<VectorSet, VectorCounts> counts = new EnumMap<>(VectorSet.class);
    List<Mismatch> mismatches = new ArrayList<>();
    VectorListener listener =
        new VectorListener() {
          @Override
          public void mismatched(Mismatch mismatch) {
            mismatches.add(mismatch);
          }
        };
    try (VectorRun run = new VectorRun(engine, kind)) {
      for (VectorSet set : VectorSet.values()) {
        try (VectorReader vectors = set.open()) {
          counts.put(set, run.run(vectors, listener));
        }
      }
    }
    assertEquals(expected(engine), counts, () -> firstOf(mismatches));
    System.out.println(engine + ", " + kind + ": " + sum(counts));
  }

  private static VectorCounts sum(Map<VectorSet, VectorCounts> counts) {
    return counts.values().stream().reduce(VectorCounts.NONE, VectorCounts::plus);
  }

  private static String firstOf(List<Mismatch> mismatches) {
    StringBuilder text = new StringBuilder(mismatches.size() + " mismatches, among them\n");
    mismatches.stream().limit(5).forEach(mismatch -> text.append(mismatch).append('\n'));
    return text.toString();
  }
}
