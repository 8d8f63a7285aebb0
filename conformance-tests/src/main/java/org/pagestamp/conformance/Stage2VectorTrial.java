package org.pagestamp.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.Stage2State;
import org.pagestamp.stage2.Stage2Walker;
import org.pagestamp.walk.Cr3Load;

/** One vector with a second stage walked once, and everything that is wrong with it. */
final class Stage2VectorTrial {
  private final PlacedVector vector;
  private final VectorMemory memory;
  private final VectorPages before;
  private final List<String> problems = new ArrayList<>();

  /** A trial of a vector whose slots and entries have been placed. */
  Stage2VectorTrial(PlacedVector vector, VectorMemory memory) {
    this.vector = vector;
    this.memory = memory;
    before = new VectorPages(vector, List.of());
  }

  /** What is wrong so far. */
  List<String> problems() {
    return problems;
  }

  /** Walks stage 2 alone. */
  void run(Stage2Vector alone, Stage2Engine engine, SlotLayout layout) {
    Stage2Walker walker = engine.stage2().apply(alone.role(), layout);
    Stage2State state = new Stage2State();
    state.root(alone.eptp());
    long probed = walker.probe(state, alone.gpa(), alone.access());
    requireUnchanged("probe");
    Stage2State observer = new Stage2State(true);
    observer.root(alone.eptp());
    long observed = walker.walk(observer, alone.gpa(), alone.access());
    requireUnchanged("an observer's walk");
    long walked = walker.walk(state, alone.gpa(), alone.access());
    requireSame("probe", probed, walked);
    requireSame("an observer's walk", observed, walked);
    judge(alone.outcomes(), new Stage2Answer(walked, state.gpa(), walked), alone.gpa(), false);
  }

  /** Walks in two dimensions. */
  void run(NestedVector nested, Stage2Engine engine, SlotLayout layout) {
    NestedWalker walker =
        engine.nested().apply(engine.choices().apply(nested.guest(), nested.stage2()), layout);
    NestedState state = new NestedState();
    state.stage2().root(nested.eptp());
    state.guest().pkru(nested.pkru());
    if (walker.loadCr3(state, nested.cr3()) != Cr3Load.LOADED) {
      problems.add("the load of CR3 was refused");
      return;
    }
    Stage2Answer probed = answer(state, walker.probe(state, nested.gva(), nested.access()));
    requireUnchanged("probe");
    NestedState observer = NestedState.observer(state);
    Stage2Answer observed = answer(observer, walker.walk(observer, nested.gva(), nested.access()));
    requireUnchanged("an observer's walk");
    Stage2Answer walked = answer(state, walker.walk(state, nested.gva(), nested.access()));
    requireSame("probe", probed, walked);
    requireSame("an observer's walk", observed, walked);
    judge(nested.outcomes(), walked, nested.gva(), nested.globalPages());
  }

  private static Stage2Answer answer(NestedState state, long result) {
    if (NestedResult.isStage2Fault(result)) {
      return new Stage2Answer(result, state.stage2().gpa(), result);
    }
    return NestedResult.isFault(result)
        ? new Stage2Answer(result, 0, 0)
        : new Stage2Answer(result, state.guestGpa(), state.page());
  }

  /**
   * All must be as one outcome has it; if none fits, what is told is the difference to the first.
   */
  private void judge(
      List<Stage2Outcome> outcomes, Stage2Answer answer, long address, boolean globalPages) {
    List<String> first = List.of();
    for (Stage2Outcome outcome : outcomes) {
      List<String> differences = differences(outcome, answer, address, globalPages);
      if (differences.isEmpty()) {
        return;
      }
      first = first.isEmpty() ? differences : first;
    }
    problems.addAll(first);
  }

  private List<String> differences(
      Stage2Outcome outcome, Stage2Answer answer, long address, boolean globalPages) {
    List<String> differences = new ArrayList<>();
    if (!outcome.expect().isMetBy(answer, address, globalPages)) {
      differences.add("expected " + outcome.expect());
      differences.add("but was  " + answer);
    }
    VectorPages after = new VectorPages(vector, outcome.after());
    for (String difference : after.differencesOf(memory)) {
      differences.add("after the walk " + difference);
    }
    differences.addAll(logDifferences(after.changedSince(before), "the walk"));
    return differences;
  }

  /** Exactly the pages in which an entry has changed must be marked. */
  private List<String> logDifferences(SortedSet<Long> expected, String by) {
    SortedSet<Long> marked = memory.markedPages();
    return marked.equals(expected)
        ? List.of()
        : List.of(
            String.format(
                Locale.ROOT,
                "%s marked the pages %s dirty, not %s",
                by,
                hex(marked),
                hex(expected)));
  }

  private static List<String> hex(SortedSet<Long> pages) {
    return pages.stream().map(page -> "0x" + Long.toHexString(page)).toList();
  }

  private void requireUnchanged(String by) {
    for (String difference : before.differencesOf(memory)) {
      problems.add("after " + by + " " + difference);
    }
    problems.addAll(logDifferences(new TreeSet<>(), by));
  }

  private void requireSame(String by, Object answer, Object walked) {
    if (!answer.equals(walked)) {
      problems.add(by + " answered " + answer + ", walk " + walked);
    }
  }
}
