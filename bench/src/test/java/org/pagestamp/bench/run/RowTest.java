package org.pagestamp.bench.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pagestamp.bench.scenario.Bar;
import org.pagestamp.bench.scenario.Reading;
import org.pagestamp.bench.scenario.Unit;

class RowTest {
  private static final Bar BAR =
      new Bar("generated/chase C, dependent", "generated/chase Java, dependent", 1.1);

  private static Reading reading(String yardstick, double median) {
    return new Reading(
        "generated", yardstick, "dependent", Unit.RATIO, median - 0.1, median, median + 0.1);
  }

  private static Row row(String yardstick, List<String> labels, double... medians) {
    List<Reading> readings = Arrays.stream(medians).mapToObj(m -> reading(yardstick, m)).toList();
    return Row.of(readings, List.of(BAR), labels);
  }

  @Test
  @DisplayName("the median of the JVMs counts, and their lowest and highest are kept")
  void merged() {
    Row row = row("chase C", List.of(BAR.label()), 1.3, 1.0, 1.1);
    assertEquals(reading("chase C", 1.1), row.reading());
    assertEquals(1.0, row.lowest());
    assertEquals(1.3, row.highest());
  }

  @Test
  @DisplayName("a median at the bar meets it, above misses it")
  void bars() {
    assertFalse(row("chase C", List.of(BAR.label()), 1.1).isMissed());
    assertTrue(row("chase C", List.of(BAR.label()), 1.2).isMissed());
  }

  @Test
  @DisplayName("the substitute has the bar only where its principal was not measured")
  void substitute() {
    List<String> both = List.of(BAR.label(), BAR.substitute());
    assertNull(row("chase Java", both, 1.2).bar());
    assertEquals(1.1, row("chase Java", List.of(BAR.substitute()), 1.2).bar());
  }
}
