package org.pagestamp.example.tiny86;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.interpreter.InterpretedWalker;

/** The guest notices what TLBs and emulators get wrong. */
class FlawedTlbTest {
  @Test
  @DisplayName("a TLB without a flaw: as without a TLB")
  void none() {
    Outcome outcome = run(Flaw.NONE);
    assertEquals(Optional.empty(), outcome.differenceTo(BootTest.REFERENCE));
    assertTrue(outcome.isGood(), outcome.console());
    assertTrue(outcome.tlbHits() > outcome.walks(), outcome.walks() + " walks");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  @DisplayName("the guest notices the flaw itself")
  void noticed(Flaw flaw) {
    Outcome outcome = run(flaw);
    assertFalse(outcome.isGood(), outcome.console());
    assertTrue(outcome.differenceTo(BootTest.REFERENCE).isPresent());
    assertTrue(outcome.console().contains("FAIL: "), outcome.console());
  }

  private static Outcome run(Flaw flaw) {
    return Tiny86.run(InterpretedWalker::new, mmu -> new FlawedTlb(mmu, flaw));
  }
}
