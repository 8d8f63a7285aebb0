package org.pagestamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StressCommandTest {
  @ParameterizedTest
  @ValueSource(strings = {"interpreted", "generated --tlb", "tiered"})
  void aSecondOfStressIsTold(String engine) {
    Cli cli = Cli.run(("stress --threads 4 --seconds 1 --engine " + engine).split(" "));
    assertEquals(0, cli.exitCode(), cli.out());
    assertTrue(cli.out().startsWith("4 threads, 1 s, "), cli.out());
    assertTrue(
        cli.out().endsWith("OK: no exception, no lost dirty page, no torn result\n"), cli.out());
  }
}
