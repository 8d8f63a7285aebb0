package org.pagestamp.conformance.smp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.codegen.TieredStamper;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.vcpu.WalkerSource;

/** A short run with each kind of walker; {@code ./pagestamp stress} makes long ones. */
class VcpuStressTest {
  private static final Duration SHORT = Duration.ofSeconds(2);

  private static void assertNothingGoesWrong(WalkerSource walkers, boolean tlb)
      throws InterruptedException {
    StressReport report = new VcpuStress(8, walkers, tlb, 1).run(SHORT, _ -> {});
    assertEquals(List.of(), report.problems());
    assertTrue(report.walks() > 0 && report.epochs() > 0, report.toString());
    assertTrue(report.dirtyPages() > 0 && report.layouts() > 0, report.toString());
  }

  @Test
  void interpreted() throws InterruptedException {
    assertNothingGoesWrong(InterpretedWalker::new, false);
  }

  @Test
  void generated() throws InterruptedException {
    assertNothingGoesWrong(new Stamper()::stamp, false);
  }

  @Test
  void generatedBehindTlbs() throws InterruptedException {
    assertNothingGoesWrong(new Stamper()::stamp, true);
  }

  @Test
  void tiered() throws InterruptedException {
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      assertNothingGoesWrong(new TieredStamper(new Stamper(), executor)::walker, false);
    }
  }

  @Test
  void tooFewThreadsAreRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new VcpuStress(3, InterpretedWalker::new, false, 1));
  }
}
