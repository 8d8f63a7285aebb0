package org.pagestamp.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pagestamp.bench.run.BenchReport;
import org.pagestamp.bench.run.Machine;

class ResultsDocumentTest {
  private static final BenchReport REPORT =
      new BenchReport(new Machine("CPU", 2, "Linux", "JVM", "none"), "full", 3, List.of());

  @Test
  @DisplayName("what is between the marks is replaced, and nothing else")
  void update() {
    String document =
        "before\n" + ResultsDocument.BEGIN + "old\n" + ResultsDocument.END + "after\n";
    String updated = ResultsDocument.update(document, REPORT);
    assertEquals(
        "before\n"
            + ResultsDocument.BEGIN
            + "\n"
            + MarkdownReport.of(REPORT)
            + "\n"
            + ResultsDocument.END
            + "after\n",
        updated);
    assertEquals(updated, ResultsDocument.update(updated, REPORT));
  }

  @Test
  @DisplayName("a document without the marks is refused")
  void noMarks() {
    assertThrows(IllegalArgumentException.class, () -> ResultsDocument.update("text\n", REPORT));
  }
}
