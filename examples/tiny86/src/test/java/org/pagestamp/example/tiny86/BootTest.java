package org.pagestamp.example.tiny86;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.choice.Choices;
import org.pagestamp.choice.ReadOnlyTables;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.Role;
import org.pagestamp.vcpu.WalkerSource;

class BootTest {
  /** What all runs are compared with. */
  static final Outcome REFERENCE = Tiny86.run(Engine.INTERPRETED, false);

  @Test
  @DisplayName("the guest boots, checks what it sees, and halts")
  void boots() {
    assertTrue(REFERENCE.isGood(), REFERENCE.console());
    assertEquals(
        """
        16
        32
        2-level
          user program
        PAE
        4-level
          user program
          two CPUs
        32 again
        5-level
        """,
        REFERENCE.console().replaceAll("(?s)checksum.*", ""));
  }

  @Test
  @DisplayName("the faults are those of the hand-written list")
  void faults() {
    assertExpectedFaults(REFERENCE);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("each CPU in a thread of its own: the guest is content, and the faults are the same")
  void threads(Engine engine) throws InterruptedException {
    Outcome outcome = new Board(Tiny86.rom(), engine.walkers(), CachingTlb::new).runInThreads();
    assertTrue(outcome.isGood(), outcome.console());
    assertExpectedFaults(outcome);
  }

  @Test
  @DisplayName("a table in ROM that is an exit to the host raises nothing in the guest")
  void exits() {
    Choices choices = Choices.of(ReadOnlyTables.FAULT_IF_NEEDED);
    WalkerSource walkers = (role, layout) -> new InterpretedWalker(with(choices, role), layout);
    Outcome outcome = Tiny86.run(walkers, Tlb::none);
    assertEquals(Outcome.End.EXITED, outcome.end());
    assertFalse(outcome.isGood());
    assertEquals(List.of(), outcome.faults());
    assertTrue(REFERENCE.console().startsWith(outcome.console()), outcome.console());
  }

  private static Role with(Choices choices, Role role) {
    CpuFeatures cpu = new CpuFeatures(role.maxPhyAddr(), role.oneGigPages(), role.amd());
    return Role.of(role.mode(), cpu, choices, role.controls().toArray(Control[]::new));
  }

  private static void assertExpectedFaults(Outcome outcome) {
    for (int cpu = 0; cpu < 2; cpu++) {
      int number = cpu;
      List<Fault> faults =
          outcome.faults().stream().filter(fault -> fault.cpu() == number).toList();
      assertEquals(lines(ExpectedFaults.of(cpu)), lines(faults));
    }
  }

  private static String lines(List<Fault> faults) {
    return String.join("\n", faults.stream().map(Fault::toString).toList());
  }

  @ParameterizedTest
  @CsvSource({
    "INTERPRETED, true",
    "GENERATED, false",
    "GENERATED, true",
    "TIERED, false",
    "TIERED, true"
  })
  @DisplayName("every engine, with a TLB and without: same faults, same end")
  void sameOutcome(Engine engine, boolean tlb) {
    Outcome outcome = Tiny86.run(engine, tlb);
    assertEquals(Optional.empty(), outcome.differenceTo(REFERENCE));
    if (tlb) {
      assertTrue(outcome.tlbHits() > 10 * outcome.walks(), outcome.walks() + " walks");
    } else {
      assertEquals(REFERENCE.walks(), outcome.walks());
    }
  }

  @Test
  @DisplayName("paging modes: into four and out of them again, and into one on CPU 1")
  void modeSwitches() {
    assertEquals(2 * 4 + 1, REFERENCE.modeSwitches());
  }
}
