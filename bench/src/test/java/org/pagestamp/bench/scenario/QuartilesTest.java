package org.pagestamp.bench.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class QuartilesTest {
  @Test
  @DisplayName("a quarter of the sample lies below the lower and above the upper quartile")
  void quartiles() {
    double[] sample = {9, 1, 8, 2, 7, 3, 6, 4, 5};
    assertEquals(new Quartiles(3, 5, 7), Quartiles.of(sample));
    assertEquals(9, sample[0]);
  }

  @Test
  @DisplayName("one number is all three")
  void one() {
    assertEquals(new Quartiles(4, 4, 4), Quartiles.of(new double[] {4}));
  }

  @Test
  @DisplayName("nothing has no quartiles")
  void none() {
    assertThrows(IllegalArgumentException.class, () -> Quartiles.of(new double[0]));
  }
}
