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

  /**
   * Makes an access.
   *
   * @param access see {@link Stage2Access}
   */
  void access(long gpa, int access) {
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
    long answer = walker.walk(state, gpa, access);
    require("walk", expected, answer, problems);
    require("probe", expected, probed, problems);
    require("an observer's walk", expected, observed, problems);
    Decoding.requireStage2(answer, problems);
    if (state.gpa() != gpa) {
      problems.add(String.format(Locale.ROOT, "the address told is 0x%x", state.gpa()));
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
            "%s at gpa 0x%x through %s, root 0x%x:",
            Stage2Access.toString(access),
            gpa,
            role,
            state.root()));
    model.trace(problems);
    long _ = model.walk(gpa, access);
    model.trace(null);
    machine.putBack();
  }
}
