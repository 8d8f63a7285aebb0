package org.pagestamp.conformance.nested;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.Stage2Engine;
import org.pagestamp.conformance.Subject;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.interpreter.InterpretedStage2Walker;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedTrace;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.WalkResult;

/** The interpreted walkers, with counts of what their walks in two dimensions came to. */
final class Witness implements Subject {
  private final Map<String, Long> outcomes = new TreeMap<>();

  /** How often each outcome was seen. */
  Map<String, Long> outcomes() {
    return outcomes;
  }

  @Override
  public String name() {
    return "witness";
  }

  @Override
  public Mmu connect(Machine machine) {
    throw new UnsupportedOperationException("no case without a second stage");
  }

  @Override
  public Optional<Stage2Engine> stage2() {
    return Optional.of(
        new Stage2Engine("witness", InterpretedStage2Walker::new, NestedRole::kvm, Witnessed::new));
  }

  private static String outcome(long result) {
    if (NestedResult.isStage2Fault(result)) {
      return (Stage2Result.guestLevel(result) > 0 ? "table " : "page ")
          + Stage2Result.fault(result)
          + ' '
          + Stage2Result.cause(result);
    }
    if (NestedResult.isFault(result)) {
      return WalkResult.faultReason(result).toString();
    }
    return "page " + WalkResult.level(result) + '/' + NestedResult.stage2Level(result);
  }

  private final class Witnessed extends NestedWalker {
    private final NestedWalker right;

    Witnessed(NestedRole role, SlotLayout layout) {
      super(role, layout);
      right = new InterpretedNestedWalker(role, layout);
    }

    @Override
    public long walk(NestedState state, long gva, int access) {
      long result = right.walk(state, gva, access);
      outcomes.merge(outcome(result), 1L, Long::sum);
      return result;
    }

    @Override
    public NestedTrace explain(NestedState state, long gva, int access) {
      return right.explain(state, gva, access);
    }

    @Override
    public long probe(NestedState state, long gva, int access) {
      return right.probe(state, gva, access);
    }

    @Override
    public Cr3Load loadCr3(NestedState state, long value) {
      return right.loadCr3(state, value);
    }
  }
}
