package org.pagestamp.conformance.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.PlacedVector;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.VectorCounts;
import org.pagestamp.conformance.VectorListener;
import org.pagestamp.conformance.VectorReader;
import org.pagestamp.conformance.VectorRun;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.conformance.example.CarelessMmu;
import org.pagestamp.conformance.group.CaseGroups;
import org.pagestamp.mode.PagingMode;

/** A wrong walker is found out, and its failures, written as vectors, find it out again. */
class FailuresReplayTest {
  private static RunReport report;

  @BeforeAll
  static void run() throws IOException {
    report =
        new ConformanceRun(
                List.of(new CarelessMmu()),
                CaseGroups.all().stream()
                    .filter(group -> List.of("vectors", "permissions").contains(group.name()))
                    .toList(),
                RunSettings.DEFAULT.withModes(List.of(PagingMode.TWO_LEVEL)),
                new RunListener() {})
            .run();
  }

  private static VectorCounts replay(Subject subject) throws IOException {
    String lines =
        report.failures().stream()
            .map(failure -> failure.json().orElseThrow())
            .collect(Collectors.joining("\n"));
    try (VectorRun run = new VectorRun(subject);
        VectorReader vectors =
            VectorReader.of(
                "failures", new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)))) {
      return run.run(vectors, new VectorListener() {});
    }
  }

  @Test
  @DisplayName("the careless walker fails in both groups")
  void found() {
    assertEquals(
        List.of("vectors", "permissions"),
        report.failures().stream().map(RunFailure::group).distinct().toList());
    assertTrue(report.passed() > 0);
  }

  @Test
  @DisplayName("each of its mistakes is among the failures")
  void everyMistake() {
    String all = report.failures().stream().map(TextReport::failure).collect(Collectors.joining());
    assertTrue(all.contains("R/W is clear at some level"), "R/W of both levels");
    assertTrue(all.contains("the entry has reserved bits set"), "reserved bits");
    assertTrue(
        report.failures().stream()
            .anyMatch(
                failure ->
                    failure.right().orElseThrow().rule() == org.pagestamp.walk.Rule.ALLOWED
                        && failure.problems().stream()
                            .allMatch(problem -> problem.startsWith("after"))),
        "A of the PDE");
  }

  @Test
  @DisplayName("every failure recurs when its vector is walked alone")
  void recurs() throws IOException {
    assertTrue(report.failures().stream().allMatch(RunFailure::recurs));
    assertEquals(new VectorCounts(0, report.failures().size(), 0), replay(new CarelessMmu()));
  }

  @Test
  @DisplayName("our engines pass all of them")
  void oursPass() throws IOException {
    VectorCounts all = new VectorCounts(report.failures().size(), 0, 0);
    assertEquals(all, replay(new WalkerSubject(Engine.interpreted(), MemoryKind.NATIVE)));
    assertEquals(
        all, replay(new WalkerSubject(Engine.generated(new Stamper()), MemoryKind.LONG_ARRAY)));
  }

  @Test
  @DisplayName("memory and slots hold what the walk reads and nothing else")
  void minimal() {
    for (RunFailure failure : report.failures()) {
      PlacedVector vector = failure.vector().orElseThrow();
      assertFalse(vector.slots().isEmpty());
      assertTrue(vector.memory().size() <= 2, () -> vector.memory().toString());
      assertTrue(vector.slots().size() <= 2, () -> vector.slots().toString());
    }
  }

  @Test
  @DisplayName("the HTML report explains, escapes, and loads nothing")
  void html() {
    String html = HtmlReport.of(report, "./pagestamp conform --only <b>");
    assertTrue(html.contains("reserved bits set"), html);
    assertTrue(html.contains("--only &lt;b&gt;"), html);
    assertFalse(html.contains("://"), html);
    assertFalse(html.contains("src="), html);
    assertFalse(html.contains("<script"), html);
    assertEquals(html.split("<section>", -1).length, html.split("</section>", -1).length);
  }
}
