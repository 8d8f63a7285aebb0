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
  @DisplayName("nested vectors are not supported yet, and count neither way")
  void notSupported() throws IOException {
    RunReport report = run(PagingMode.FOUR_LEVEL, NATIVE);
    assertEquals(850, report.notSupported());
    List<Cell> cells = report.cells().stream().filter(cell -> cell.notSupported() > 0).toList();
    assertEquals(
        Set.of("ept4", "ept5", "nested-x86-64-ept4"),
        cells.stream().map(Cell::mode).collect(Collectors.toSet()));
    assertEquals(0, cells.stream().mapToLong(cell -> cell.passed() + cell.failed()).sum());
  }
}
