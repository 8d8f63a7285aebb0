package org.pagestamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pagestamp.example.tiny86.Engine;
import org.pagestamp.example.tiny86.Fault;
import org.pagestamp.example.tiny86.Outcome;

class Tiny86CommandTest {
  private static final Fault FAULT = new Fault(0, 14, 6, 0x410000, 0x400010);

  @Test
  @DisplayName("all combinations of engines and TLB: a row each, identical, exit code 0")
  void identical() {
    Cli cli = Cli.run("tiny86", "--console", "--faults");
    assertEquals(0, cli.exitCode(), cli.out());
    for (String engine : List.of("interpreted", "generated", "tiered")) {
      for (String tlb : List.of("off", "on")) {
        String row = "%-11s  %-3s ".formatted(engine, tlb);
        assertEquals(1, cli.lines().stream().filter(line -> line.startsWith(row)).count(), row);
      }
    }
    assertTrue(cli.out().contains("  two CPUs\n"), cli.out());
    assertTrue(cli.out().contains("cpu 0 #PF 0x7 cr2=0x420000 "), cli.out());
    assertTrue(cli.out().contains("  #PF 0x25   1\n"), cli.out());
    assertEquals(
        "identical: 6 runs, the same faults and the same registers, memory and console",
        cli.lines().getLast());
    assertEquals("", cli.err());
  }

  @Test
  @DisplayName("a run that differs is named with its first difference")
  void different() {
    StringWriter out = new StringWriter();
    boolean good =
        report(
            out,
            new GuestRun(Engine.INTERPRETED, false, outcome(List.of(FAULT), "ab")),
            new GuestRun(Engine.GENERATED, false, outcome(List.of(), "ab")),
            new GuestRun(Engine.GENERATED, true, outcome(List.of(FAULT), "cd")));
    assertFalse(good);
    assertTrue(
        out.toString().contains("DIFFERENT: generated, TLB off: faults: 0 instead of 1\n"),
        out.toString());
    assertTrue(
        out.toString().contains("DIFFERENT: generated, TLB on: final state: cd instead of ab\n"),
        out.toString());
  }

  @Test
  @DisplayName("a guest that stops early is no success, even if it always does")
  void stoppedEarly() {
    Outcome early = new Outcome(Outcome.End.HALTED, "FAIL: heap\n", List.of(), "ab", 1, 0, 0, 0);
    StringWriter out = new StringWriter();
    assertFalse(report(out, new GuestRun(Engine.INTERPRETED, false, early)));
    assertTrue(out.toString().contains("FAILED: HALTED after: FAIL: heap"), out.toString());
  }

  private static boolean report(StringWriter out, GuestRun... runs) {
    return GuestRun.report(List.of(runs), new PrintWriter(out));
  }

  private static Outcome outcome(List<Fault> faults, String state) {
    return new Outcome(Outcome.End.HALTED, "bye\n", faults, state, 1, 0, 0, 0);
  }
}
