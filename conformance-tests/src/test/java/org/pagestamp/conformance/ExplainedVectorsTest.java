package org.pagestamp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.interpreter.InterpretedStage2Walker;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedStep;
import org.pagestamp.nested.NestedTrace;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.stage2.Stage2State;
import org.pagestamp.stage2.Stage2Step;
import org.pagestamp.stage2.Stage2Trace;
import org.pagestamp.stage2.Stage2Walker;
import org.pagestamp.walk.AdAction;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.WalkStep;

/** In every shipped vector with a second stage, what is explained is what the walk then does. */
class ExplainedVectorsTest {
  private final List<String> wrong = new ArrayList<>();
  private final TreeSet<Integer> loadsOfSuccesses = new TreeSet<>();
  private int explained;

  @Test
  @DisplayName("explain foretells the result, and each store to an entry of either dimension")
  void explanationsComeTrue() throws IOException {
    Stage2Engine explaining =
        new Stage2Engine("explaining", ForetoldStage2::new, NestedRole::kvm, ForetoldNested::new);
    Engine engine = new Engine("explaining", InterpretedWalker::new, Optional.of(explaining));
    List<Mismatch> mismatches = new ArrayList<>();
    VectorListener listener =
        new VectorListener() {
          @Override
          public void mismatched(Mismatch mismatch) {
            mismatches.add(mismatch);
          }
        };
    try (VectorRun run = new VectorRun(engine, MemoryKind.NATIVE)) {
      for (VectorSet set : List.of(VectorSet.EPT, VectorSet.NESTED, VectorSet.CONTESTED)) {
        try (VectorReader vectors = set.open()) {
          run.run(vectors, listener);
        }
      }
    }
    assertEquals(List.of(), mismatches);
    assertEquals(List.of(), wrong);
    assertTrue(explained >= 800, explained + " walks were explained");
    assertEquals(24, loadsOfSuccesses.last());
  }

  private void check(boolean holds, String what) {
    if (!holds) {
      wrong.add(what);
    }
  }

  /** What entries have after the steps of an explanation. */
  private static final class Entries {
    private final SlotLayout layout;
    private final Map<Long, Long> after = new HashMap<>();
    private final Map<Long, Integer> sizes = new HashMap<>();

    Entries(SlotLayout layout) {
      this.layout = layout;
    }

    void add(Stage2Trace trace) {
      int bytes = trace.role().format().entryBytes();
      for (Stage2Step step : trace.steps()) {
        add(step.slot(), step.entryGpa(), step.entryAfter(), step.adAction(), bytes);
      }
    }

    void add(WalkStep step, int bytes) {
      add(step.slot(), step.entryGpa(), step.entryAfter(), step.adAction(), bytes);
    }

    private void add(int slot, long gpa, long entry, AdAction action, int bytes) {
      if (slot >= 0) {
        boolean stored = action == AdAction.SET;
        after.merge(gpa, entry, (was, is) -> stored ? was | is : was);
        sizes.put(gpa, bytes);
      }
    }

    /** The first entry that is not so. */
    Optional<String> difference() {
      return after.entrySet().stream()
          .filter(entry -> read(entry.getKey()) != entry.getValue())
          .map(
              entry ->
                  String.format(
                      "entry at 0x%x is 0x%x, not 0x%x",
                      entry.getKey(), read(entry.getKey()), entry.getValue()))
          .findFirst();
    }

    private long read(long gpa) {
      return layout.find(gpa >>> MemSlot.PAGE_SHIFT).read(gpa, sizes.get(gpa));
    }
  }

  /** Explains each walk before it makes it. */
  private final class ForetoldStage2 extends Stage2Walker {
    private final Stage2Walker right;

    ForetoldStage2(Stage2Role role, SlotLayout layout) {
      super(role, layout);
      right = new InterpretedStage2Walker(role, layout);
    }

    @Override
    public long walk(Stage2State state, long gpa, int access) {
      Stage2Trace trace = explain(state, gpa, access);
      long result = right.walk(state, gpa, access);
      explained++;
      check(trace.result() == result, "result of gpa " + Long.toHexString(gpa));
      Entries entries = new Entries(layout());
      entries.add(trace);
      if (!state.isObserver()) {
        entries.difference().ifPresent(wrong::add);
      }
      return result;
    }

    @Override
    public long probe(Stage2State state, long gpa, int access) {
      return right.probe(state, gpa, access);
    }

    @Override
    public Stage2Trace explain(Stage2State state, long gpa, int access) {
      return right.explain(state, gpa, access);
    }
  }

  /** The same in two dimensions. */
  private final class ForetoldNested extends NestedWalker {
    private final NestedWalker right;

    ForetoldNested(NestedRole role, SlotLayout layout) {
      super(role, layout);
      right = new InterpretedNestedWalker(role, layout);
    }

    @Override
    public long walk(NestedState state, long gva, int access) {
      NestedTrace trace = explain(state, gva, access);
      long result = right.walk(state, gva, access);
      explained++;
      check(trace.result() == result, "result of gva " + Long.toHexString(gva));
      check(
          (trace.rule() == null) == NestedResult.isStage2Fault(result),
          "a rule of the guest decides what stage 2 does not");
      Entries entries = new Entries(layout());
      for (NestedStep step : trace.steps()) {
        if (step.stage2() != null) {
          entries.add(step.stage2());
        }
        if (step.entry() != null) {
          entries.add(step.entry(), role().guest().mode().entryBytes());
        }
      }
      if (!state.isObserver()) {
        entries.difference().ifPresent(wrong::add);
      }
      if (!NestedResult.isFault(result)) {
        loadsOfSuccesses.add(trace.loads());
      }
      return result;
    }

    @Override
    public long probe(NestedState state, long gva, int access) {
      return right.probe(state, gva, access);
    }

    @Override
    public NestedTrace explain(NestedState state, long gva, int access) {
      return right.explain(state, gva, access);
    }

    @Override
    public Cr3Load loadCr3(NestedState state, long value) {
      return right.loadCr3(state, value);
    }
  }
}
