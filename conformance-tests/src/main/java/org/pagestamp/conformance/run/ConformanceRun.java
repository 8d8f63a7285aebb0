package org.pagestamp.conformance.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.Shard;
import org.pagestamp.conformance.Stage2Failure;
import org.pagestamp.conformance.Subject;
import org.pagestamp.mode.PagingMode;

/**
 * Puts subjects on trial: each goes through each group in each mode.
 *
 * <p>Groups whose cases depend on the seed run in rounds of at most {@value #ROUND} walks, round r
 * with the seed plus r, so that an interrupted run can be taken up again. A run that is one of
 * several shards makes its part of each step of the groups that can be divided, and every n-th step
 * of the others.
 *
 * <p>{@link #run} and {@link #report} belong to one thread; {@link #interrupt} may be called by
 * any.
 */
public final class ConformanceRun {
  /** The most random walks of a mode, group and subject that one seed is used for. */
  public static final long ROUND = 1_000_000;

  /** After so many failures the other cases of a trial are left out. */
  private static final long MOST_FAILURES = 1_000;

  private final List<Subject> subjects;
  private final List<CaseGroup> groups;
  private final RunSettings settings;
  private final RunListener listener;
  private final Map<List<String>, Tally> tallies = new LinkedHashMap<>();
  private volatile boolean interrupted;
  private boolean cutOff;
  private long round;
  private long walked;
  private long started;
  private long lastEvent;

  /** A run that has not begun. */
  public ConformanceRun(
      List<Subject> subjects, List<CaseGroup> groups, RunSettings settings, RunListener listener) {
    this.subjects = List.copyOf(subjects);
    this.groups = List.copyOf(groups);
    this.settings = settings;
    this.listener = listener;
  }

  /** One subject through one group, in one mode or, if data is read once for all, in several. */
  private record Step(CaseGroup group, Subject subject, List<PagingMode> modes) {
    String engine() {
      return subject.engineName();
    }

    @Override
    public String toString() {
      String mode = modes.size() == 1 ? modes.getFirst().label() + " " : "";
      return mode + group.name() + " " + subject.name();
    }
  }

  /** Ends the run soon; {@link #run} returns what it has. */
  public void interrupt() {
    interrupted = true;
  }

  /**
   * Runs everything.
   *
   * @throws IOException if a group's data cannot be read or are malformed; {@link #report} tells
   *     what was done before
   */
  public RunReport run() throws IOException {
    started = System.nanoTime();
    lastEvent = started;
    long rounds = Math.max(1, (settings.walks() + ROUND - 1) / ROUND);
    List<Step> all = steps();
    Set<Subject> leads = leads();
    for (round = 0; round < rounds; round++) {
      boolean first = round == 0;
      List<Step> steps = all.stream().filter(step -> first || step.group().isRandom()).toList();
      if (steps.isEmpty()) {
        break;
      }
      listener.beginsRound(round + 1, rounds, settings.seed() + round);
      int number = 0;
      for (Step step : steps) {
        number++;
        if (interrupted) {
          cutOff = true;
          break;
        }
        listener.begins(number, steps.size(), step.toString());
        run(step, leads.contains(step.subject()));
      }
      if (cutOff) {
        break;
      }
    }
    return report();
  }

  /** The first subject of each engine. */
  private Set<Subject> leads() {
    Map<String, Subject> leads = new HashMap<>();
    subjects.forEach(subject -> leads.putIfAbsent(subject.engineName(), subject));
    return new HashSet<>(leads.values());
  }

  private List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    int part = 0;
    for (CaseGroup group : groups) {
      List<PagingMode> modes = settings.modes().stream().filter(group::covers).toList();
      if (group.countsOncePerEngine()) {
        for (String engine : subjects.stream().map(Subject::engineName).distinct().toList()) {
          if (settings.shard().has(part++) && !modes.isEmpty()) {
            subjects.stream()
                .filter(subject -> subject.engineName().equals(engine))
                .forEach(subject -> steps.add(new Step(group, subject, modes)));
          }
        }
      } else {
        for (PagingMode mode : modes) {
          for (Subject subject : subjects) {
            if (group.isDivisible() || settings.shard().has(part++)) {
              steps.add(new Step(group, subject, List.of(mode)));
            }
          }
        }
      }
    }
    return steps;
  }

  private void run(Step step, boolean lead) throws IOException {
    Map<PagingMode, Judge> trials = new HashMap<>();
    lastEvent = System.nanoTime();
    try {
      step.group()
          .runAll(
              step.modes(),
              mode -> trials.computeIfAbsent(mode, each -> new Judge(step, each.label(), lead)));
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      tally(step.modes().getFirst().label(), step).threw(step.subject(), e);
    }
    // What no case claimed: setting up and closing.
    trials.values().stream().findAny().ifPresent(Judge::tick);
    cutOff |= interrupted;
  }

  private Tally tally(String mode, Step step) {
    return tallies.computeIfAbsent(
        List.of(mode, step.group().name(), step.engine()),
        _ -> new Tally(mode, step.group().name(), step.engine(), settings.failuresKept()));
  }

  /** What there is so far, with the failures made small. */
  public RunReport report() {
    List<RunFailure> failures = new ArrayList<>();
    try (Minimizer minimizer = new Minimizer()) {
      for (Tally tally : tallies.values()) {
        for (Tally.Kept kept : tally.kept()) {
          failures.add(minimizer.minimize(tally.mode(), tally.group(), kept));
        }
      }
    }
    return new RunReport(
        tallies.values().stream().map(Tally::cell).toList(),
        failures,
        subjects.stream().map(Subject::name).toList(),
        groups.stream().map(each -> new RunReport.Group(each.name(), each.purpose())).toList(),
        settings,
        cutOff,
        settings.seed() + round,
        System.nanoTime() - started);
  }

  /** One trial; time passes for the trial that reports next. */
  private final class Judge implements CaseGroup.Trial {
    private final Step step;
    private final Tally tally;
    private final boolean lead;
    private final Map<String, Judge> others = new HashMap<>();
    private long failures;

    Judge(Step step, String mode, boolean lead) {
      this.step = step;
      this.tally = tally(mode, step);
      this.lead = lead;
    }

    private void tick() {
      long now = System.nanoTime();
      tally.took(now - lastEvent);
      lastEvent = now;
    }

    private void walked(long cases) {
      walked += cases;
      listener.walked(walked);
      tick();
    }

    @Override
    public Subject subject() {
      return step.subject();
    }

    @Override
    public long seed() {
      return settings.seed() + round;
    }

    @Override
    public long walks() {
      return Math.min(ROUND, settings.walks() - round * ROUND);
    }

    @Override
    public Shard shard() {
      return settings.shard();
    }

    @Override
    public void passed(long cases) {
      if (lead || !step.group().countsOncePerEngine()) {
        tally.passed(cases);
      }
      walked(cases);
    }

    @Override
    public void skipped(long cases) {
      if (lead || !step.group().countsOncePerEngine()) {
        tally.skipped(cases);
      }
      tick();
    }

    @Override
    public void failed(CaseFailure failure) {
      failures++;
      if (step.group().countsOncePerEngine()) {
        tally.vectorFailed(step.subject(), failure, !lead);
      } else {
        tally.failed(step.subject(), failure, step.group().judge());
        if (failures == MOST_FAILURES) {
          tally.cutShort();
        }
      }
      walked(1);
    }

    @Override
    public void failed(Stage2Failure failure) {
      failures++;
      if (step.group().countsOncePerEngine()) {
        tally.vectorFailed(step.subject(), failure, !lead);
      } else {
        tally.failed(step.subject(), failure);
        if (failures == MOST_FAILURES) {
          tally.cutShort();
        }
      }
      walked(1);
    }

    @Override
    public CaseGroup.Trial ofMode(String mode) {
      return others.computeIfAbsent(mode, each -> new Judge(step, each, lead));
    }

    @Override
    public boolean stopped() {
      return interrupted || (failures >= MOST_FAILURES && !step.group().countsOncePerEngine());
    }
  }
}
