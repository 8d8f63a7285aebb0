package org.pagestamp.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkStep;
import org.pagestamp.walk.WalkTrace;
import org.pagestamp.walk.Walker;

/** One vector walked once, and everything that is wrong with it. */
final class VectorTrial {
  private final WalkVector vector;
  private final Subject subject;
  private final Machine machine;
  private final SlotLayout layout;
  private final VectorMemory memory;
  private final VectorPages before;
  private final List<String> problems = new ArrayList<>();
  private String explanation = "";
  private long answer = Answers.CR3_REFUSED;

  /** A trial of a vector whose slots and entries have been placed. */
  VectorTrial(WalkVector vector, Subject subject, Machine machine, VectorMemory memory) {
    this.vector = vector;
    this.subject = subject;
    this.machine = machine;
    this.layout = machine.layout();
    this.memory = memory;
    this.before = new VectorPages(vector, List.of());
  }

  /** What is wrong so far. */
  List<String> problems() {
    return problems;
  }

  /** What the subject answered; {@link Answers#CR3_REFUSED} before it did. */
  long answer() {
    return answer;
  }

  /** The walk as the engine explains it; empty before it did. */
  String explanation() {
    return explanation;
  }

  void problem(String problem) {
    problems.add(problem);
  }

  void run() {
    switch (subject) {
      case WalkerSubject ours -> walk(ours.engine());
      default -> access();
    }
  }

  /** What every subject is asked for. */
  private void access() {
    Subject.Mmu mmu = subject.connect(machine);
    if (mmu.loadCr3(vector.cr3())) {
      mmu.keys(vector.pkru(), vector.pkrs());
      answer = mmu.access(vector.gva(), vector.access());
    }
    judge(Expectation.of(answer, vector.gva(), vector.role().mode(), vector.globalPages()));
    requireAnswer();
  }

  private void requireAnswer() {
    vector
        .answer()
        .ifPresent(right -> problems.addAll(Answers.differences(subject, right, answer)));
  }

  /** Our own walkers also answer probes and observers, explain themselves, and keep dirty logs. */
  private void walk(Engine engine) {
    VcpuState vcpu = new VcpuState();
    vcpu.pkru(vector.pkru());
    vcpu.pkrs(vector.pkrs());
    Cr3Load load = vcpu.loadCr3(vector.cr3(), vector.role(), layout);
    if (load != Cr3Load.LOADED) {
      judge(new Expectation.Cr3Refused());
      return;
    }
    Walker walker = engine.walker(vector.role(), layout);
    long probed = walker.probe(vcpu, vector.gva(), vector.access());
    requireUnchanged("probe");
    long observed = walker.walk(VcpuState.observer(vcpu), vector.gva(), vector.access());
    requireUnchanged("an observer's walk");
    WalkTrace trace = walker.explain(vcpu, vector.gva(), vector.access());
    explanation = trace.toString();
    requireUnchanged("explain");
    long walked = walker.walk(vcpu, vector.gva(), vector.access());
    answer = walked;
    judge(Expectation.of(walked, vector.gva(), vector.role().mode(), vector.globalPages()));
    requireAnswer();
    requireSame("probe", probed, walked);
    requireSame("an observer's walk", observed, walked);
    requireSame("explain", trace.result(), walked);
    requireExplained(trace);
    requireSlotOfPage(walked);
  }

  /**
   * All must be as one outcome has it; if none fits, what is told is the difference to the first.
   */
  private void judge(Expectation actual) {
    List<String> first = List.of();
    for (Outcome outcome : vector.outcomes()) {
      List<String> differences = differences(actual, outcome);
      if (differences.isEmpty()) {
        return;
      }
      if (first.isEmpty()) {
        first = differences;
      }
    }
    problems.addAll(first);
    if (vector.outcomes().size() > 1) {
      problem("nor is it one of the accepted alternatives: " + alternatives());
    }
  }

  private String alternatives() {
    return vector.outcomes().stream()
        .skip(1)
        .map(outcome -> outcome.expect().toString())
        .collect(Collectors.joining("; "));
  }

  private List<String> differences(Expectation actual, Outcome outcome) {
    List<String> differences = new ArrayList<>();
    if (!actual.reported(outcome.expect(), subject.reports()).equals(outcome.expect())) {
      differences.add("expected " + outcome.expect().toString(subject.reports()));
      differences.add("but was  " + actual.toString(subject.reports()));
    }
    VectorPages after = new VectorPages(vector, outcome.after());
    for (String difference : after.differencesOf(memory)) {
      differences.add("after the walk " + difference);
    }
    if (subject instanceof WalkerSubject) {
      differences.addAll(logDifferences(after.changedSince(before), "the walk"));
    }
    return differences;
  }

  /** Exactly the pages in which an entry has changed must be marked. */
  private List<String> logDifferences(SortedSet<Long> expected, String by) {
    List<String> differences = new ArrayList<>();
    SortedSet<Long> marked = memory.markedPages();
    for (long page : expected) {
      if (!marked.contains(page)) {
        differences.add(String.format(Locale.ROOT, "%s did not mark page 0x%x dirty", by, page));
      }
    }
    for (long page : marked) {
      if (!expected.contains(page)) {
        differences.add(
            String.format(Locale.ROOT, "%s marked page 0x%x dirty, unchanged", by, page));
      }
    }
    return differences;
  }

  private void requireUnchanged(String by) {
    for (String difference : before.differencesOf(memory)) {
      problem("after " + by + " " + difference);
    }
    problems.addAll(logDifferences(new TreeSet<>(), by));
  }

  private void requireSame(String by, long answer, long walked) {
    if (answer != walked) {
      problem(
          String.format(
              Locale.ROOT,
              "%s answered %s (0x%x), walk %s (0x%x)",
              by,
              WalkResult.toString(answer),
              answer,
              WalkResult.toString(walked),
              walked));
    }
  }

  /** An entry that is used at several levels ends with the union of what is done to it at each. */
  private void requireExplained(WalkTrace trace) {
    Map<Long, Long> told = new TreeMap<>();
    for (WalkStep step : trace.steps()) {
      if (step.slot() >= 0) {
        told.merge(step.entryGpa(), step.entryAfter(), (a, b) -> a | b);
      }
    }
    told.forEach(
        (gpa, value) -> {
          long actual = memory.load(gpa, vector.role().mode().entryBytes());
          if (actual != value) {
            problem(
                String.format(
                    Locale.ROOT,
                    "explain told that the entry at 0x%x would be 0x%x; it is 0x%x",
                    gpa,
                    value,
                    actual));
          }
        });
  }

  private void requireSlotOfPage(long walked) {
    if (WalkResult.isFault(walked)) {
      return;
    }
    long page = WalkResult.pageGpa(walked);
    boolean noSlot = vector.slots().stream().noneMatch(slot -> slot.contains(page));
    boolean readOnly =
        vector.slots().stream().anyMatch(slot -> slot.contains(page) && slot.readOnly());
    if (noSlot != WalkResult.isInNoSlot(walked)
        || readOnly != WalkResult.isInReadOnlySlot(walked)) {
      problem("the walk does not tell rightly in what slot the page lies");
    }
  }
}
