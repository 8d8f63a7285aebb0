package org.pagestamp.example.tiny86;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;

/** The guest notices what emulators get wrong around their walker. */
class FlawedEmulatorTest {
  @FunctionalInterface
  private interface Flawed {
    long translate(Mmu mmu, long gva, int access);
  }

  @Test
  @DisplayName("the processor's own accesses with the privilege of the program: no way into INT")
  void privilegeOfTheProgram() {
    Outcome outcome =
        run(
            (mmu, gva, access) ->
                mmu.translate(gva, access == Access.IMPLICIT ? Access.USER : access));
    assertEquals(Outcome.End.SHUT_DOWN, outcome.end());
  }

  @Test
  @DisplayName("PDPTEs read anew for each walk")
  void pdptesReadAnew() {
    assertFails(
        "unexpected page fault",
        run(
            (mmu, gva, access) -> {
              if (mmu.role().mode() == PagingMode.PAE) {
                var _ = mmu.cr3(mmu.cr3());
              }
              return mmu.translate(gva, access);
            }));
  }

  @Test
  @DisplayName("WP taken for set")
  void wpTakenForSet() {
    assertFails(
        "unexpected page fault",
        run(
            (mmu, gva, access) -> {
              if ((mmu.cr0() & ControlBits.CR0_PG) != 0) {
                var _ = mmu.cr0(mmu.cr0() | ControlBits.CR0_WP);
              }
              return mmu.translate(gva, access);
            }));
  }

  @Test
  @DisplayName("a probe in place of a translation: A and D are not set")
  void probe() {
    assertFails("A of a large page", run(Mmu::probe));
  }

  @Test
  @DisplayName("a page in ROM where A is clear taken for absent")
  void tablesInRom() {
    LongUnaryOperator absentUnlessAccessed =
        result ->
            WalkResult.isFault(result) || WalkResult.isAccessed(result)
                ? result
                : WalkResult.fault(FaultReason.NOT_PRESENT, 0, 1);
    Outcome outcome =
        run(
            (mmu, gva, access) ->
                mmu.role().mode() == PagingMode.NO_PAGING
                    ? mmu.translate(gva, access)
                    : absentUnlessAccessed.applyAsLong(mmu.translate(gva, access)));
    assertEquals(Outcome.End.SHUT_DOWN, outcome.end());
  }

  private static void assertFails(String check, Outcome outcome) {
    assertTrue(outcome.console().endsWith("FAIL: " + check + "\n"), outcome.console());
  }

  private static Outcome run(Flawed flawed) {
    return Tiny86.run(
        InterpretedWalker::new,
        mmu ->
            new Tlb() {
              private final Tlb none = Tlb.none(mmu);

              @Override
              public long translate(long gva, int access) {
                return flawed.translate(mmu, gva, access);
              }

              @Override
              public void invlpg(long gva) {}

              @Override
              public boolean invpcid(long type, long descriptor, long gva) {
                return none.invpcid(type, descriptor, gva);
              }

              @Override
              public long hits() {
                return 0;
              }
            });
  }
}
