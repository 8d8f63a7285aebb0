package org.pagestamp.conformance.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.ConformanceCase;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.Shard;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;

/** What the run does with groups and subjects, whatever they are. */
class ConformanceRunTest {
  private static final Subject NATIVE = new WalkerSubject(Engine.interpreted(), MemoryKind.NATIVE);
  private static final Subject ON_HEAP =
      new WalkerSubject(Engine.interpreted(), MemoryKind.LONG_ARRAY);
  private static final List<PagingMode> TWO_MODES = List.of(PagingMode.PAE, PagingMode.FOUR_LEVEL);

  private static RunSettings settings(long walks, int shard, int shards) {
    return new RunSettings(TWO_MODES, 7, walks, new Shard(shard, shards), 3);
  }

  private static RunReport run(RunSettings settings, CaseGroup... groups) throws IOException {
    return new ConformanceRun(
            List.of(NATIVE, ON_HEAP), List.of(groups), settings, new RunListener() {})
        .run();
  }

  private static CaseFailure failure(CaseGroup.Trial trial, String group) {
    Role role = Role.of(PagingMode.PAE, CpuFeatures.intel(40));
    ConformanceCase made = new ConformanceCase(role, List.of(), List.of(), 0, 0, 0, 0, 0);
    return new CaseFailure(
        group, trial.subject().name(), made, 0, 0, List.of(), List.of("it is wrong"));
  }

  @Test
  @DisplayName("each subject goes through each group in each mode, and is counted there")
  void everyCombination() throws IOException {
    FakeGroup group = new FakeGroup("fake", false);
    RunReport report = run(settings(5, 1, 1), group);
    assertEquals(
        List.of(
            "pae interpreted 7 5",
            "pae interpreted/long array 7 5",
            "4-level interpreted 7 5",
            "4-level interpreted/long array 7 5"),
        group.calls());
    assertEquals(List.of("pae", "4-level"), report.cells().stream().map(Cell::mode).toList());
    assertEquals("4 passed, 0 failed", TextReport.verdict(report));
    assertFalse(report.interrupted());
  }

  @Test
  @DisplayName("modes that a group has no cases for are left out")
  void coveredModes() throws IOException {
    FakeGroup group = new FakeGroup("fake", false);
    RunReport report =
        run(settings(5, 1, 1).withModes(List.of(PagingMode.NO_PAGING, PagingMode.PAE)), group);
    assertEquals(2, report.passed());
  }

  @Test
  @DisplayName("random groups run in rounds with a seed each, the others once")
  void rounds() throws IOException {
    FakeGroup random = new FakeGroup("random", true);
    FakeGroup once = new FakeGroup("once", false);
    List<String> told = new ArrayList<>();
    RunListener listener =
        new RunListener() {
          @Override
          public void beginsRound(long round, long rounds, long seed) {
            told.add(round + "/" + rounds + " " + seed);
          }
        };
    RunReport report =
        new ConformanceRun(
                List.of(NATIVE, ON_HEAP),
                List.of(random, once),
                settings(2 * ConformanceRun.ROUND + 9, 1, 1),
                listener)
            .run();
    assertEquals(List.of("1/3 7", "2/3 8", "3/3 9"), told);
    assertEquals(0, report.walksLeft());
    assertEquals(
        List.of("7 1000000", "8 1000000", "9 9"),
        random.calls().stream()
            .filter(call -> call.startsWith("pae interpreted "))
            .map(call -> call.substring("pae interpreted ".length()))
            .toList());
    assertEquals(4, once.calls().size());
  }

  @Test
  @DisplayName("shards share the steps without overlap")
  void shards() throws IOException {
    FakeGroup whole = new FakeGroup("fake", false);
    RunReport _ = run(settings(5, 1, 1), whole);
    List<String> parts = new ArrayList<>();
    for (int shard = 1; shard <= 3; shard++) {
      FakeGroup part = new FakeGroup("fake", false);
      RunReport _ = run(settings(5, shard, 3), part);
      assertFalse(part.calls().isEmpty());
      parts.addAll(part.calls());
    }
    assertEquals(whole.calls().stream().sorted().toList(), parts.stream().sorted().toList());
  }

  @Test
  @DisplayName("a group that divides its cases gets every step in every shard")
  void divisible() throws IOException {
    FakeGroup group =
        new FakeGroup("fake", false) {
          @Override
          public boolean isDivisible() {
            return true;
          }

          @Override
          void walk(Trial trial) {
            trial.passed(trial.shard().number());
          }
        };
    assertEquals(4 * 2, run(settings(5, 2, 3), group).passed());
  }

  @Test
  @DisplayName("an interrupted run has what was done, and the seed to go on with")
  void interruption() throws IOException {
    List<ConformanceRun> self = new ArrayList<>();
    FakeGroup group =
        new FakeGroup("random", true) {
          @Override
          void walk(Trial trial) {
            super.walk(trial);
            if (trial.seed() == 8) {
              assertFalse(trial.stopped());
              self.getFirst().interrupt();
              assertTrue(trial.stopped());
            }
          }
        };
    self.add(
        new ConformanceRun(
            List.of(NATIVE),
            List.of(group),
            settings(5 * ConformanceRun.ROUND, 1, 1),
            new RunListener() {}));
    RunReport report = self.getFirst().run();
    assertTrue(report.interrupted());
    assertEquals(8, report.resumeSeed());
    assertEquals(4 * ConformanceRun.ROUND, report.walksLeft());
    assertEquals(3, report.passed());
    assertTrue(TextReport.matrix(report).contains("INTERRUPTED"), TextReport.matrix(report));
  }

  @Test
  @DisplayName("a subject that throws has failed, and the run goes on")
  void throwing() throws IOException {
    FakeGroup group =
        new FakeGroup("fake", false) {
          @Override
          void walk(Trial trial) {
            if (trial.subject().equals(ON_HEAP)) {
              throw new IllegalStateException("no idea");
            }
            super.walk(trial);
          }
        };
    RunReport report = run(settings(5, 1, 1), group);
    assertEquals("2 passed, 2 failed", TextReport.verdict(report));
    String told = report.failures().getFirst().problems().getFirst();
    assertTrue(told.startsWith("threw java.lang.IllegalStateException: no idea at "), told);
  }

  @Test
  @DisplayName(
      "failures beyond the number to keep are counted only, and at a thousand it is enough")
  void manyFailures() throws IOException {
    FakeGroup group =
        new FakeGroup("fake", false) {
          @Override
          void walk(Trial trial) {
            while (!trial.stopped()) {
              trial.failed(failure(trial, name()));
            }
          }
        };
    RunReport report = run(settings(5, 1, 1).withModes(List.of(PagingMode.PAE)), group);
    Cell cell = report.cells().getFirst();
    assertEquals(2_000, cell.failed());
    assertTrue(cell.cutShort());
    assertEquals(3, report.failures().size());
  }

  @Test
  @DisplayName("cases of roles that a subject does not know, and of modes not supported yet")
  void neitherWay() throws IOException {
    FakeGroup group =
        new FakeGroup("fake", false) {
          @Override
          void walk(Trial trial) {
            trial.skipped(3);
            trial.ofMode("pae/ept4").skipped(2);
          }
        };
    RunReport report = run(settings(5, 1, 1).withModes(List.of(PagingMode.PAE)), group);
    assertEquals("0 passed, 0 failed", TextReport.verdict(report));
    assertEquals(6 + 4, report.skipped());
    assertEquals(
        List.of("pae", "pae/ept4"), report.cells().stream().map(Cell::mode).distinct().toList());
  }
}
