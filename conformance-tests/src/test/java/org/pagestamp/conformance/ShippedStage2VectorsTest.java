package org.pagestamp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.nested.NestedRole;

/** Every shipped vector with a second stage, over every kind of memory. */
class ShippedStage2VectorsTest {
  private static final String READS_ARE_READS = "nested-table-reads-are-reads";

  @ParameterizedTest
  @EnumSource(MemoryKind.class)
  void everyVectorIsWalkedAsExpected(MemoryKind kind) throws IOException {
    Map<VectorSet, VectorCounts> counts = new EnumMap<>(VectorSet.class);
    List<String> mismatches = new ArrayList<>();
    try (Stage2VectorRun run = new Stage2VectorRun(Stage2Engine.interpreted(), kind)) {
      for (VectorSet set : List.of(VectorSet.EPT, VectorSet.NESTED, VectorSet.CONTESTED)) {
        try (VectorReader vectors = set.open()) {
          counts.put(set, run.run(vectors, _ -> true, mismatches));
        }
      }
    }
    assertEquals(
        Map.of(
            VectorSet.EPT, new VectorCounts(400, 0, 0),
            VectorSet.NESTED, new VectorCounts(400, 0, 0),
            VectorSet.CONTESTED, new VectorCounts(50, 0, 100)),
        counts,
        () -> firstOf(mismatches));
  }

  /** The alternative of a contested vector is what a processor does, and only that. */
  @Test
  void tablesAreReadAsAProcessorReadsThemWhereThatIsAsked() throws IOException {
    List<String> mismatches = new ArrayList<>();
    int walked = 0;
    Stage2Engine processor = Stage2Engine.interpreted(NestedRole::processor);
    try (Stage2VectorRun run = new Stage2VectorRun(processor, MemoryKind.NATIVE);
        VectorReader vectors = VectorSet.CONTESTED.open()) {
      for (var next = vectors.next(); next.isPresent(); next = vectors.next()) {
        if (next.get() instanceof NestedVector nested
            && nested.contested().equals(List.of(READS_ARE_READS))) {
          mismatches.addAll(run.problems(onlyAlternative(nested)));
          walked++;
        }
      }
    }
    assertEquals(List.of(), mismatches);
    assertEquals(46, walked);
  }

  private static NestedVector onlyAlternative(NestedVector vector) {
    return new NestedVector(
        vector.name(),
        vector.origin(),
        vector.guest(),
        vector.cr3(),
        vector.globalPages(),
        vector.pkru(),
        vector.stage2(),
        vector.eptp(),
        vector.slots(),
        vector.memory(),
        vector.gva(),
        vector.access(),
        vector.outcomes().subList(1, 2),
        vector.contested());
  }

  private static String firstOf(List<String> mismatches) {
    StringBuilder text = new StringBuilder(mismatches.size() + " mismatches, among them\n");
    mismatches.stream().limit(5).forEach(mismatch -> text.append(mismatch).append('\n'));
    return text.toString();
  }
}
