package org.pagestamp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.nested.NestedRole;

/** Of vectors that accept what KVM and what processors do, each choice meets its own part. */
class ContestedTablesTest {
  private static final String READS_ARE_READS = "nested-table-reads-are-reads";

  /** The alternative of a contested vector is what a processor does, and only that. */
  @Test
  void tablesAreReadAsAProcessorReadsThemWhereThatIsAsked() throws IOException {
    List<Mismatch> mismatches = new ArrayList<>();
    int walked = 0;
    Stage2Engine processor = Stage2Engine.interpreted(NestedRole::processor);
    Engine engine = new Engine("processor", InterpretedWalker::new, Optional.of(processor));
    try (VectorRun run = new VectorRun(engine, MemoryKind.NATIVE);
        VectorReader vectors = VectorSet.CONTESTED.open()) {
      for (var next = vectors.next(); next.isPresent(); next = vectors.next()) {
        if (next.get() instanceof NestedVector nested
            && nested.contested().equals(List.of(READS_ARE_READS))) {
          run.judge(onlyAlternative(nested), true).ifPresent(mismatches::add);
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
}
