package org.pagestamp.bench.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pagestamp.bench.scenario.Scenario;
import org.pagestamp.bench.scenario.Scenarios;

/** In JVMs of their own, as a run measures. */
class BenchRunTest {
  private static final List<Scenario> ONE = List.of(Scenarios.named("2-level"));

  @Test
  @DisplayName("each JVM is announced, and its readings come together in rows")
  void run() throws Exception {
    List<String> heard = new ArrayList<>();
    BenchListener listener =
        new BenchListener() {
          @Override
          public void begins(String what) {
            heard.add(what);
          }

          @Override
          public void measured(ScenarioResult result) {
            heard.add(result.name());
          }
        };
    BenchReport report = new BenchRun(ONE, "trial", 2, listener).run();
    assertEquals(List.of("2-level 1/2", "2-level 2/2", "2-level"), heard);
    ScenarioResult result = report.results().getFirst();
    assertTrue(
        result.rows().stream()
            .anyMatch(row -> row.reading().label().equals("generated/interpreted, dependent")));
    assertEquals(2, report.bars());
    assertFalse(report.machine().cpu().isBlank());
  }

  @Test
  @DisplayName("what a measuring JVM says when it fails is handed on")
  void failure() {
    BenchRun run = new BenchRun(ONE, "nosuch", 1, BenchListener.SILENT);
    IOException e = assertThrows(IOException.class, run::run);
    assertTrue(e.getMessage().startsWith("the JVM that measured 2-level ended with 1:"));
    assertTrue(e.getMessage().contains("no effort 'nosuch'"), e.getMessage());
  }

  @Test
  @DisplayName("no JVM measures nothing")
  void noForks() {
    assertThrows(
        IllegalArgumentException.class, () -> new BenchRun(ONE, "trial", 0, BenchListener.SILENT));
  }
}
