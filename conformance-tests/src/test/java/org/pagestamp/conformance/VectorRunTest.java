package org.pagestamp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkTrace;
import org.pagestamp.walk.Walker;

/** The judge itself: a walker that does one thing wrong must be found out. */
class VectorRunTest {
  /** Forwards to an interpreted walker; tests override one method. */
  private static class Meddling extends Walker {
    final InterpretedWalker right;

    Meddling(InterpretedWalker right) {
      super(right.role(), right.layout());
      this.right = right;
    }

    @Override
    public long walk(VcpuState vcpu, long gva, int access) {
      return right.walk(vcpu, gva, access);
    }

    @Override
    public long probe(VcpuState vcpu, long gva, int access) {
      return right.probe(vcpu, gva, access);
    }

    @Override
    public WalkTrace explain(VcpuState vcpu, long gva, int access) {
      return right.explain(vcpu, gva, access);
    }
  }

  private interface WalkerMaker {
    Walker around(InterpretedWalker right);
  }

  private static List<Mismatch> mismatches(WalkerMaker maker, String text) throws IOException {
    List<Mismatch> list = new ArrayList<>();
    Engine engine =
        new Engine("meddling", (role, layout) -> maker.around(new InterpretedWalker(role, layout)));
    try (VectorRun run = new VectorRun(engine, MemoryKind.LONG_ARRAY);
        VectorReader vectors = VectorLines.reader(text)) {
      VectorCounts counts =
          run.run(
              vectors,
              new VectorListener() {
                @Override
                public void mismatched(Mismatch mismatch) {
                  list.add(mismatch);
                }
              });
      assertEquals(list.size(), counts.mismatched());
    }
    return list;
  }

  private static void assertFoundOut(WalkerMaker maker, String problem) throws IOException {
    List<Mismatch> found = mismatches(maker, VectorLines.GOOD);
    assertEquals(1, found.size());
    assertTrue(found.getFirst().toString().contains(problem), found.getFirst()::toString);
  }

  private static void write(SlotLayout layout, long gpa, int value) {
    assertEquals(1, new GuestMemory(layout).write(gpa, new byte[] {(byte) value}, 0, 1));
  }

  @Test
  void aRightWalkerPasses() throws IOException {
    assertEquals(List.of(), mismatches(Meddling::new, VectorLines.GOOD));
  }

  @Test
  void aWrongTranslation() throws IOException {
    assertFoundOut(
        right ->
            new Meddling(right) {
              @Override
              public long walk(VcpuState vcpu, long gva, int access) {
                return super.walk(vcpu, gva, access) ^ 0x1000;
              }
            },
        "but was  gpa 0x11234");
  }

  @Test
  void aFaultInsteadOfATranslation() throws IOException {
    assertFoundOut(
        right ->
            new Meddling(right) {
              @Override
              public long walk(VcpuState vcpu, long gva, int access) {
                return WalkResult.fault(FaultReason.NOT_PRESENT, 4, 1);
              }
            },
        "but was  page fault with error code 0x4 (USER)");
  }

  @Test
  void aProbeThatAnswersOtherwise() throws IOException {
    assertFoundOut(
        right ->
            new Meddling(right) {
              @Override
              public long probe(VcpuState vcpu, long gva, int access) {
                return super.probe(vcpu, gva, access) ^ WalkResult.CLEAN_WRITE;
              }
            },
        "probe answered");
  }

  @Test
  void aProbeThatStores() throws IOException {
    assertFoundOut(
        right ->
            new Meddling(right) {
              @Override
              public long probe(VcpuState vcpu, long gva, int access) {
                return right.walk(vcpu, gva, access);
              }
            },
        "after probe entry at 0x1000 is 0x2027 instead of 0x2007");
  }

  @Test
  void anObserverThatStores() throws IOException {
    assertFoundOut(
        right ->
            new Meddling(right) {
              @Override
              public long walk(VcpuState vcpu, long gva, int access) {
                VcpuState storing = new VcpuState();
                storing.cr3(vcpu.cr3());
                return right.walk(storing, gva, access);
              }
            },
        "after an observer's walk entry at 0x1000 is 0x2027 instead of 0x2007");
  }

  @Test
  void anAccessedBitThatIsNotSet() throws IOException {
    assertFoundOut(
        right ->
            new Meddling(right) {
              @Override
              public long walk(VcpuState vcpu, long gva, int access) {
                return right.probe(vcpu, gva, access);
              }
            },
        "after the walk entry at 0x3000 is 0x4007 instead of 0x4027");
  }

  @Test
  void anotherEntryOfATablePageThatChanges() throws IOException {
    assertFoundOut(
        right ->
            new Meddling(right) {
              @Override
              public long walk(VcpuState vcpu, long gva, int access) {
                write(layout(), 0x3ff8, 1);
                return super.walk(vcpu, gva, access);
              }
            },
        "after the walk entry at 0x3ff8 is 0x1 instead of 0x0");
  }

  @Test
  void aPageMarkedDirtyThoughUnchanged() throws IOException {
    assertFoundOut(
        right ->
            new Meddling(right) {
              @Override
              public long walk(VcpuState vcpu, long gva, int access) {
                layout().find(2).markDirty(2);
                return super.walk(vcpu, gva, access);
              }
            },
        "the walk marked page 0x2000 dirty, unchanged");
  }

  @Test
  void aChangedPageNotMarkedDirty() throws IOException {
    assertFoundOut(
        right ->
            new Meddling(right) {
              @Override
              public long walk(VcpuState vcpu, long gva, int access) {
                long result = super.walk(vcpu, gva, access);
                long[] _ = layout().find(1).dirtyLog().getAndClear();
                return result;
              }
            },
        "the walk did not mark page 0x1000 dirty");
  }

  @Test
  void anException() throws IOException {
    assertFoundOut(
        right ->
            new Meddling(right) {
              @Override
              public long walk(VcpuState vcpu, long gva, int access) {
                throw new IllegalStateException("lost");
              }
            },
        "threw java.lang.IllegalStateException: lost");
  }

  @Test
  void aByteInAPageFarFromAllEntriesNamesTheVectorThatChangesIt() throws IOException {
    String guilty =
        VectorLines.GOOD
            .replace("made/by-hand/1", "guilty")
            .replace("0x1234\"", "0x1235\"")
            .replace("0x10234", "0x10235");
    List<Mismatch> found =
        mismatches(
            right ->
                new Meddling(right) {
                  @Override
                  public long walk(VcpuState vcpu, long gva, int access) {
                    if (gva == 0x1235) {
                      write(layout(), 0xabcd, 0x20);
                      long[] _ = layout().find(0xa).dirtyLog().getAndClear();
                    }
                    return super.walk(vcpu, gva, access);
                  }
                },
            VectorLines.GOOD + "\n" + guilty + "\n" + VectorLines.GOOD);
    assertEquals(List.of("guilty"), found.stream().map(m -> m.vector().name()).toList());
    assertEquals(
        List.of("memory changed at 0xabcd, in a page that holds no entry of the vector"),
        found.getFirst().problems());
  }

  @Test
  void anAcceptedAlternativePassesAndAnythingElseDoesNot() throws IOException {
    String wrong = "\"expect\":{\"fault\":\"cr3-load\"}";
    String alternative = VectorLines.GOOD.substring(VectorLines.GOOD.indexOf("\"expect\""));
    String contested =
        VectorLines.GOOD.substring(0, VectorLines.GOOD.indexOf("\"expect\""))
            + wrong
            + ",\"after\":[],\"contested\":[\"choice\"],\"accept\":[{"
            + alternative
            + "]}";
    assertEquals(List.of(), mismatches(Meddling::new, contested));
    String neither = contested.replace("\"writable\":true", "\"writable\":false");
    String report = mismatches(Meddling::new, neither).getFirst().toString();
    assertTrue(report.contains("expected refused load of CR3"), report);
    assertTrue(report.contains("nor is it one of the accepted alternatives: gpa 0x10234"), report);
  }

  @Test
  void aReportHasNameEngineTraceAndLine() throws IOException {
    String wrong = VectorLines.GOOD.replace("\"gpa\":\"0x10234\"", "\"gpa\":\"0x20234\"");
    String report = mismatches(Meddling::new, wrong).getFirst().toString();
    assertTrue(
        report.startsWith(
            "vector made/by-hand/1 (made.jsonl, line 1), engine meddling, memory long array"),
        report);
    assertTrue(report.contains("expected gpa 0x20234, page of 0x1000 bytes, writable"), report);
    assertTrue(report.contains("level 4  entry[0] = 0x2007"), report);
    assertTrue(report.endsWith(wrong), report);
  }

  @Test
  void vectorsBeforeAMalformedLineAreJudged() throws IOException {
    List<String> passed = new ArrayList<>();
    try (VectorRun run = new VectorRun(Engine.interpreted(), MemoryKind.NATIVE);
        VectorReader vectors = VectorLines.reader(VectorLines.GOOD + "\nnonsense\n")) {
      VectorListener listener =
          new VectorListener() {
            @Override
            public void passed(PlacedVector vector) {
              passed.add(vector.name());
            }
          };
      assertThrows(VectorFormatException.class, () -> run.run(vectors, listener));
    }
    assertEquals(List.of("made/by-hand/1"), passed);
  }
}
