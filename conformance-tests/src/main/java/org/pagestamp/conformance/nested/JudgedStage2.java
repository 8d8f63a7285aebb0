package org.pagestamp.conformance.nested;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.stage2.Stage2State;
import org.pagestamp.stage2.Stage2Walker;

/** A walker of stage 2 alone, judged by {@link ExpectedStage2Walk}. */
final class JudgedStage2 {
  private final JudgedMachine machine;
  private final Stage2Role role;
  private final ExpectedStage2Walk model;
  private final Stage2State state = new Stage2State();
  private final Stage2State observer = new Stage2State(true);
  private Stage2Walker walker;
  private String thrown;
  private long logPage;
  private int logIndex = 0xFFFF;

  JudgedStage2(JudgedMachine machine, Stage2Role role) {
    this.machine = machine;
    this.role = role;
    model = new ExpectedStage2Walk(role, machine.memory());
    try {
      walker = machine.engine().stage2().apply(role, machine.layout());
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      thrown = CaseFailure.thrown(e);
    }
  }

  /** Sets EPTP or nCR3. */
  JudgedStage2 root(long value) {
    model.root(value);
    state.root(value);
    observer.root(value);
    return this;
  }

  /** Sets the page-modification log. */
  JudgedStage2 log(long address, int index) {
    logPage = address;
    logIndex = index;
    return this;
  }

  private void resetLog() {
    model.log(logPage, logIndex);
    state.pml().set(logPage, logIndex);
    observer.pml().set(logPage, logIndex);
  }

  /**
   * Makes an access; the log has the index then that it had before.
   *
   * @param access see {@link Stage2Access}
   */
  void access(long gpa, int access) {
    resetLog();
    long expected = model.walk(gpa, access);
    List<String> problems = new ArrayList<>();
    try {
      if (walker != null) {
        judge(gpa, access, expected, problems);
      } else {
        problems.add(thrown);
      }
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      problems.add(CaseFailure.thrown(e));
    }
    machine.putBack();
    if (!problems.isEmpty()) {
      tell(gpa, access, problems);
    }
    machine.verdict(problems);
  }

  private void judge(long gpa, int access, long expected, List<String> problems) {
    long probed = walker.probe(state, gpa, access);
    machine.requireUnchanged("probe", problems);
    long observed = walker.walk(observer, gpa, access);
    machine.requireUnchanged("an observer's walk", problems);
    if (observer.pml().index() != logIndex || state.pml().index() != logIndex) {
      problems.add("a probe or an observer changed the index of the log");
    }
    long answer = walker.walk(state, gpa, access);
    require("walk", expected, answer, problems);
    require("probe", expected, probed, problems);
    require("an observer's walk", expected, observed, problems);
    Decoding.requireStage2(answer, problems);
    if (state.gpa() != gpa) {
      problems.add(String.format(Locale.ROOT, "the address told is 0x%x", state.gpa()));
    }
    if (state.pml().index() != model.logIndex()) {
      problems.add("the log's index is " + state.pml().index() + " instead of " + model.logIndex());
    }
    machine.requireStores(problems);
  }

  private static void require(String by, long expected, long answer, List<String> problems) {
    if (answer != expected) {
      problems.add(
          String.format(
              Locale.ROOT,
              "%s answered %s (0x%x) instead of %s (0x%x)",
              by,
              words(answer),
              answer,
              words(expected),
              expected));
    }
  }

  /** A word that is none may be in the way of being told. */
  static String words(long answer) {
    try {
      return Stage2Result.toString(answer);
    } catch (RuntimeException e) {
      return "nonsense";
    }
  }

  private void tell(long gpa, int access, List<String> problems) {
    problems.add(
        String.format(
            Locale.ROOT,
            "%s at gpa 0x%x through %s, root 0x%x, log 0x%x at %d:",
            Stage2Access.toString(access),
            gpa,
            role,
            state.root(),
            logPage,
            logIndex));
    resetLog();
    model.trace(problems);
    long _ = model.walk(gpa, access);
    model.trace(null);
    machine.putBack();
  }
}
