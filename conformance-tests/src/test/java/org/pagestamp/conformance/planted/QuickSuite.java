package org.pagestamp.conformance.planted;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.Stage2Failure;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.conformance.group.CaseGroups;
import org.pagestamp.conformance.tlb.TlbTrials;
import org.pagestamp.mode.PagingMode;

/**
 * The conformance suite with small budgets, up to the first failure. Runs inside the class loader
 * that has a bug; what passes its border are strings.
 */
final class QuickSuite implements BiFunction<String, Boolean, List<String>> {
  private static final long SEED = 1;
  private static final long WALKS = 2_000;
  private static final int TLB_GUESTS = 200;

  /** The kinds of memory that differ for a walker, the plainest first. */
  private static final List<MemoryKind> KINDS =
      List.of(
          MemoryKind.NATIVE,
          MemoryKind.NATIVE_PER_SLOT,
          MemoryKind.ACCESSOR,
          MemoryKind.BYTE_ARRAY);

  /** The groups, those first that notice most in least time; real guests take long to load. */
  private static final List<String> ORDER =
      List.of(
          "vectors",
          "profiles",
          "permissions",
          "priority",
          "large",
          "slots",
          "recursion",
          "bits",
          "race",
          "read-only",
          "random",
          "batch",
          "hostile",
          "access");

  /** The groups with a second stage, in the same manner. */
  private static final List<String> SECOND_STAGE =
      List.of(
          "nested-large",
          "nested-log",
          "nested-batch",
          "positions",
          "stage2-updates",
          "stage2-log",
          "nested-rights",
          "stage2-rights",
          "stage2-bits",
          "nested-read-only",
          "nested-random");

  /** Groups of very many walks that are not about memory: one kind does. */
  private static final Set<String> LONG =
      Set.of(
          "bits",
          "access",
          "large",
          "priority",
          "stage2-bits",
          "stage2-rights",
          "stage2-updates",
          "stage2-log",
          "nested-log",
          "positions",
          "nested-rights",
          "nested-large",
          "nested-read-only");

  private static final Map<String, CaseGroup> GROUPS =
      CaseGroups.all().stream().collect(Collectors.toMap(CaseGroup::name, group -> group));

  private String group = "";
  private long passed;
  private List<String> noticed = List.of();

  /** Called by reflection. */
  QuickSuite() {}

  /**
   * Runs the suite with one engine.
   *
   * @param engineName {@code interpreted} or {@code generated}; or {@code tlb}, which is tried by
   *     guests of its own
   * @param secondStageFirst whether the groups with a second stage come before the others
   * @return who noticed something, after how many cases, and what; empty if nobody did
   */
  @Override
  public List<String> apply(String engineName, Boolean secondStageFirst) {
    if (engineName.equals("tlb")) {
      runTlb();
      return noticed;
    }
    Engine engine =
        engineName.equals("interpreted") ? Engine.interpreted() : Engine.generated(new Stamper());
    List<String> order = new ArrayList<>(ORDER);
    order.addAll(secondStageFirst ? 0 : ORDER.size(), SECOND_STAGE);
    for (MemoryKind kind : KINDS) {
      for (String name : order) {
        if (kind == KINDS.getFirst() || !LONG.contains(name)) {
          run(name, new WalkerSubject(engine, kind));
        }
      }
    }
    return noticed;
  }

  private void runTlb() {
    group = "tlb";
    TlbTrials trials = new TlbTrials();
    try {
      trials.run(SEED, TLB_GUESTS);
    } catch (RuntimeException | Error e) {
      passed = trials.steps() - 1;
      noticed(String.valueOf(e.getMessage()));
    }
  }

  private void run(String name, Subject subject) {
    if (!noticed.isEmpty()) {
      return;
    }
    group = name;
    CaseGroup cases = GROUPS.get(name);
    FirstFailure trial = new FirstFailure(subject);
    try {
      cases.runAll(List.of(PagingMode.values()), _ -> trial);
    } catch (IOException | RuntimeException | Error e) {
      noticed("threw " + e);
    }
  }

  /** Keeps the first problem. */
  private void noticed(String problem) {
    if (noticed.isEmpty()) {
      noticed = List.of(group, Long.toString(passed + 1), problem);
    }
  }

  private final class FirstFailure implements CaseGroup.Trial {
    private final Subject subject;

    FirstFailure(Subject subject) {
      this.subject = subject;
    }

    @Override
    public Subject subject() {
      return subject;
    }

    @Override
    public long seed() {
      return SEED;
    }

    @Override
    public long walks() {
      return WALKS;
    }

    @Override
    public void passed(long cases) {
      passed += cases;
    }

    @Override
    public void skipped(long cases) {
      // A group may pass an engine over; that is no notice.
    }

    @Override
    public void failed(CaseFailure failure) {
      noticed(failure.problems().getFirst());
    }

    @Override
    public void failed(Stage2Failure failure) {
      noticed(failure.problems().getFirst());
    }

    @Override
    public boolean stopped() {
      return !noticed.isEmpty() || Thread.currentThread().isInterrupted();
    }
  }
}
