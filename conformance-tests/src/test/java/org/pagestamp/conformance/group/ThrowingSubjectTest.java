package org.pagestamp.conformance.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.Shard;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.VectorCounts;
import org.pagestamp.conformance.VectorListener;
import org.pagestamp.conformance.VectorReader;
import org.pagestamp.conformance.VectorRun;
import org.pagestamp.conformance.WalkVector;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.conformance.run.ConformanceRun;
import org.pagestamp.conformance.run.RunFailure;
import org.pagestamp.conformance.run.RunListener;
import org.pagestamp.conformance.run.RunReport;
import org.pagestamp.conformance.run.RunSettings;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;

/** A foreign subject that throws at some accesses fails those, in every group, and no others. */
class ThrowingSubjectTest {
  private static final List<String> OTHERS =
      List.of("guests", "race", "slots", "positions", "profiles");

  /** Throws at fetches; right otherwise. */
  private static final class NoFetches implements Subject {
    private final Subject right = new WalkerSubject(Engine.interpreted(), MemoryKind.NATIVE);

    @Override
    public String name() {
      return "no fetches";
    }

    @Override
    public Mmu connect(Machine machine) {
      Mmu mmu = right.connect(machine);
      return new Mmu() {
        @Override
        public boolean loadCr3(long cr3) {
          return mmu.loadCr3(cr3);
        }

        @Override
        public void keys(int pkru, int pkrs) {
          mmu.keys(pkru, pkrs);
        }

        @Override
        public long access(long gva, int access) {
          if ((access & Access.FETCH) != 0) {
            throw new UnsupportedOperationException("fetch of 0x" + Long.toHexString(gva));
          }
          return mmu.access(gva, access);
        }
      };
    }
  }

  /**
   * Not guests, which are read only, nor races and profiles, which are for our own walkers, nor
   * what needs a second stage, which this subject does not have.
   */
  static Stream<Arguments> groups() {
    return CaseGroups.all().stream()
        .filter(group -> !OTHERS.contains(group.name()))
        .filter(group -> !group.name().matches("(stage2|nested)-.*"))
        .flatMap(
            group ->
                Stream.of(PagingMode.TWO_LEVEL, PagingMode.PAE)
                    .map(mode -> Arguments.of(group.name(), mode, group)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("groups")
  @DisplayName("each exception is a failure with its case, which fails again when it is replayed")
  void fails(String name, PagingMode mode, CaseGroup group) throws IOException {
    Subject subject = new NoFetches();
    RunSettings settings = new RunSettings(List.of(mode), 1, 20_000, Shard.WHOLE, 2);
    RunReport report =
        new ConformanceRun(List.of(subject), List.of(group), settings, new RunListener() {}).run();
    assertTrue(report.passed() > 0, name + ": nothing else went on");
    assertFalse(report.failures().isEmpty());
    for (RunFailure failure : report.failures()) {
      String problem = failure.problems().getFirst();
      assertTrue(
          problem.startsWith("threw java.lang.UnsupportedOperationException: fetch of 0x"),
          problem);
      assertTrue(problem.contains(" at org.pagestamp"), problem);
      assertTrue(failure.recurs(), failure::toString);
      assertEquals(new VectorCounts(0, 1, 0), replay(failure, subject));
      WalkVector small = (WalkVector) failure.vector().orElseThrow();
      assertFalse((small.access() & Access.FETCH) == 0);
      assertTrue(small.memory().size() <= mode.topLevel(), small.memory()::toString);
    }
  }

  private static VectorCounts replay(RunFailure failure, Subject subject) throws IOException {
    byte[] line = failure.json().orElseThrow().getBytes(StandardCharsets.UTF_8);
    try (VectorRun run = new VectorRun(subject);
        VectorReader vectors = VectorReader.of("failure", new ByteArrayInputStream(line))) {
      return run.run(vectors, new VectorListener() {});
    }
  }
}
