package org.pagestamp.conformance.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.conformance.run.Cell;
import org.pagestamp.conformance.run.ConformanceRun;
import org.pagestamp.conformance.run.RunListener;
import org.pagestamp.conformance.run.RunReport;
import org.pagestamp.conformance.run.RunSettings;
import org.pagestamp.mode.PagingMode;

/** Vectors count once per engine, over however many kinds of memory. */
class VectorGroupTest {
  private static final Subject NATIVE = new WalkerSubject(Engine.interpreted(), MemoryKind.NATIVE);

  /** Of a few of the shipped PAE vectors. */
  private static final long A_CR3 = 0x36b_0020;

  /** As the interpreted engine, over heap memory; wrong if CR3 is {@code wrongAt}. */
  private record OnHeap(long wrongAt) implements Subject {
    @Override
    public String name() {
      return "interpreted/heap";
    }

    @Override
    public String engineName() {
      return "interpreted";
    }

    @Override
    public Mmu connect(Machine machine) {
      Mmu right = NATIVE.connect(machine);
      return new Mmu() {
        private long cr3;

        @Override
        public boolean loadCr3(long value) {
          cr3 = value;
          return right.loadCr3(value);
        }

        @Override
        public void keys(int pkru, int pkrs) {
          right.keys(pkru, pkrs);
        }

        @Override
        public long access(long gva, int access) {
          return right.access(gva, access) ^ (cr3 == wrongAt ? 0x1_0000 : 0);
        }
      };
    }
  }

  private static RunReport run(PagingMode mode, Subject... subjects) throws IOException {
    return new ConformanceRun(
            List.of(subjects),
            List.of(new VectorGroup(List.of())),
            RunSettings.DEFAULT.withModes(List.of(mode)),
            new RunListener() {})
        .run();
  }

  @Test
  @DisplayName("two kinds of memory, one count")
  void oneCount() throws IOException {
    RunReport alone = run(PagingMode.PAE, NATIVE);
    RunReport both = run(PagingMode.PAE, NATIVE, new OnHeap(-1));
    assertTrue(alone.passed() > 500);
    assertEquals(alone.passed(), both.passed());
    assertEquals(0, both.failed());
  }

  @Test
  @DisplayName("a vector that one kind of memory fails is not passed")
  void failedIsNotPassed() throws IOException {
    RunReport alone = run(PagingMode.PAE, NATIVE);
    RunReport both = run(PagingMode.PAE, NATIVE, new OnHeap(A_CR3));
    assertTrue(both.failed() > 0);
    assertEquals(alone.passed(), both.passed() + both.failed());
  }

  @Test
  @DisplayName("vectors with a second stage have modes of their own, and pass")
  void stage2() throws IOException {
    RunReport report = run(PagingMode.NO_PAGING, NATIVE);
    RunReport nested = run(PagingMode.FOUR_LEVEL, NATIVE);
    assertEquals(400, report.passed());
    assertEquals(Set.of("ept4", "ept5"), modes(report));
    assertEquals(Set.of("4-level", "4-level/ept4"), modes(nested));
    assertEquals(450, passedOf(nested, "4-level/ept4"));
    assertEquals(0, nested.skipped() + nested.failed() + report.failed());
  }

  @Test
  @DisplayName("a subject without a second stage skips those vectors")
  void noStage2() throws IOException {
    RunReport report = run(PagingMode.FOUR_LEVEL, new OnHeap(-1));
    assertEquals(450, report.skipped());
    assertEquals(0, passedOf(report, "4-level/ept4"));
  }

  private static Set<String> modes(RunReport report) {
    return report.cells().stream()
        .filter(cell -> cell.passed() > 0)
        .map(Cell::mode)
        .collect(Collectors.toSet());
  }

  private static long passedOf(RunReport report, String mode) {
    return report.cells().stream()
        .filter(cell -> cell.mode().equals(mode))
        .mapToLong(Cell::passed)
        .sum();
  }
}
