package org.pagestamp.conformance.nested;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.pagestamp.conformance.group.CountingTrial;
import org.pagestamp.mode.PagingMode;

/** Random guests get somewhere. */
class NestedRandomGroupTest {
  private static final long WALKS = 20_000;

  private static final List<String> OUTCOMES =
      List.of(
          "not present",
          "reserved bit",
          "permission",
          "protection key",
          "table in no slot",
          "table EPT violation not present",
          "table EPT violation rights",
          "table EPT violation table in no slot",
          "table EPT misconfiguration reserved",
          "table nested page fault not present",
          "table nested page fault rights",
          "table nested page fault reserved",
          "table page-modification log full no entry left",
          "page page-modification log full no entry left",
          "page EPT violation not present",
          "page EPT violation rights",
          "page EPT misconfiguration reserved",
          "page nested page fault not present",
          "page nested page fault rights",
          "page nested page fault reserved",
          "page 1/1",
          "page 1/2",
          "page 2/1",
          "page 3/1");

  @Test
  void walksComeToEveryOutcome() {
    Witness witness = new Witness();
    CountingTrial trial = new CountingTrial(witness, WALKS);
    for (PagingMode mode : PagingMode.values()) {
      new NestedRandomGroup().run(mode, trial);
    }
    assertEquals(List.of(), trial.stage2Failures());
    assertTrue(trial.passed() >= 30 * WALKS, trial.passed() + " walks");
    for (String outcome : OUTCOMES) {
      assertTrue(witness.outcomes().getOrDefault(outcome, 0L) >= 50, outcome);
    }
    long pages =
        witness.outcomes().entrySet().stream()
            .filter(entry -> entry.getKey().matches("page ./."))
            .mapToLong(Map.Entry::getValue)
            .sum();
    assertTrue(pages > trial.passed() / 8, pages + " walks reach a page");
  }
}
