package org.pagestamp.conformance.nested;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.Cr3Load;

/** A walker in two dimensions, judged by {@link ExpectedNestedWalk}. */
final class JudgedGuest {
  private final JudgedMachine machine;
  private final NestedRole role;
  private final ExpectedNestedWalk model;
  private final NestedState state = new NestedState();
  private NestedWalker walker;
  private String thrown;
  private List<String> none = new ArrayList<>();

  JudgedGuest(JudgedMachine machine, NestedRole role) {
    this.machine = machine;
    this.role = role;
    model = new ExpectedNestedWalk(role, machine.memory());
    try {
      walker = machine.engine().nested().apply(role, machine.layout());
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      thrown = CaseFailure.thrown(e);
    }
  }

  NestedRole role() {
    return role;
  }

  /** Sets EPTP or nCR3. */
  JudgedGuest root(long value) {
    model.stage2().root(value);
    state.stage2().root(value);
    return this;
  }

  /** Sets the page-modification log. */
  void log(long address, int index) {
    model.stage2().log(address, index);
    state.stage2().pml().set(address, index);
  }

  /** The entry of the log that comes next, as the walker has left it. */
  int logIndex() {
    return state.stage2().pml().index();
  }

  /** Adds what is wrong with the log's index; after that it is right again. */
  private void requireIndex(String by, NestedState told, int expected, List<String> problems) {
    int index = told.stage2().pml().index();
    if (index != expected) {
      problems.add("after " + by + " the log's index is " + index + " instead of " + expected);
      told.stage2().pml().set(told.stage2().pml().address(), expected);
    }
  }

  /** Sets PKRU and IA32_PKRS. */
  void keys(int pkru, int pkrs) {
    model.keys(pkru, pkrs);
    state.guest().pkru(pkru);
    state.guest().pkrs(pkrs);
  }

  /**
   * Loads CR3, which is a case of its own; what it stores in stage 2 is put back.
   *
   * @return whether it is to be loaded and was
   */
  boolean loadCr3(long value) {
    machine.begin();
    int index = logIndex();
    Cr3Load expected = model.loadCr3(value);
    List<String> problems = new ArrayList<>();
    Cr3Load loaded = null;
    try {
      loaded = walker == null ? null : walker.loadCr3(state, value);
      if (loaded != expected) {
        problems.add(
            walker == null ? thrown : "CR3 is " + loaded + " where it must be " + expected);
      } else if (expected == Cr3Load.STAGE2_FAULT && state.stage2().gpa() != model.faultGpa()) {
        problems.add("the address told is 0x" + Long.toHexString(state.stage2().gpa()));
      }
      requireIndex("the load", state, model.stage2().logIndex(), problems);
      machine.requireStores(problems);
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      problems.add(CaseFailure.thrown(e));
    }
    machine.putBack();
    log(state.stage2().pml().address(), index);
    if (!problems.isEmpty()) {
      problems.add(String.format(Locale.ROOT, "load of CR3 0x%x, %s", value, role));
    }
    machine.verdict(problems);
    return expected == Cr3Load.LOADED && loaded == expected;
  }

  /** Makes an access with every comparison, and takes it back. */
  void access(long gva, int access) {
    machine.begin();
    int index = logIndex();
    long expected = model.walk(gva, access);
    List<String> problems = new ArrayList<>();
    try {
      if (walker != null) {
        judge(gva, access, expected, index, problems);
      } else {
        problems.add(thrown);
      }
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      problems.add(CaseFailure.thrown(e));
    }
    machine.putBack();
    log(state.stage2().pml().address(), index);
    if (!problems.isEmpty()) {
      tell(gva, access, problems);
    }
    machine.verdict(problems);
  }

  /**
   * Makes an access whose stores stay, and compares the answer and what it stored.
   *
   * @param everywhere whether all memory and the dirty logs are compared, too
   */
  void walk(long gva, int access, boolean everywhere) {
    int index = logIndex();
    long expected = model.walk(gva, access);
    List<String> problems = none;
    try {
      if (walker == null) {
        problems.add(thrown);
      } else {
        require("walk", expected, walker.walk(state, gva, access), state, problems);
        requireIndex("walk", state, model.stage2().logIndex(), problems);
        machine.keepStores(everywhere, problems);
      }
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      problems.add(CaseFailure.thrown(e));
    }
    if (problems.isEmpty()) {
      machine.memory().forget();
    } else {
      machine.memory().undo();
      log(state.stage2().pml().address(), index);
      tell(gva, access, problems);
      none = new ArrayList<>();
    }
    machine.verdict(problems);
  }

  /** Makes accesses in a batch, whose stores stay, with every comparison. */
  void walkAll(long[] gvas, int access) {
    long[] expected = new long[gvas.length];
    for (int i = 0; i < gvas.length; i++) {
      expected[i] = model.walk(gvas[i], access);
      machine.keepExpected();
    }
    List<String> problems = new ArrayList<>();
    try {
      if (walker == null) {
        problems.add(thrown);
      } else {
        long[] answers = new long[gvas.length];
        walker.walkAll(state, gvas, access, answers);
        for (int i = 0; i < gvas.length && problems.isEmpty(); i++) {
          requireAnswer(
              "a batch, at " + i + " of " + gvas.length, expected[i], answers[i], problems);
        }
        requireIndex("a batch", state, model.stage2().logIndex(), problems);
        machine.requireKept(problems);
      }
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      problems.add(CaseFailure.thrown(e));
    }
    if (!problems.isEmpty()) {
      problems.add(
          String.format(
              Locale.ROOT,
              "batch of %s, %s, cr3 0x%x, root 0x%x",
              Access.toString(access),
              role,
              state.guest().cr3(),
              state.stage2().root()));
    }
    machine.verdict(problems);
  }

  private void judge(long gva, int access, long expected, int index, List<String> problems) {
    long probed = walker.probe(state, gva, access);
    require("probe", expected, probed, state, problems);
    requireIndex("probe", state, index, problems);
    machine.requireUnchanged("probe", problems);
    NestedState observer = NestedState.observer(state);
    long observed = walker.walk(observer, gva, access);
    require("an observer's walk", expected, observed, observer, problems);
    requireIndex("an observer's walk", observer, index, problems);
    machine.requireUnchanged("an observer's walk", problems);
    long[] answers = new long[2];
    walker.walkAll(observer, new long[] {gva, gva}, access, answers);
    requireAnswer("an observer's batch", expected, answers[0], problems);
    requireAnswer("an observer's batch, second walk,", expected, answers[1], problems);
    machine.requireUnchanged("an observer's batch", problems);
    long answer = walker.walk(state, gva, access);
    require("walk", expected, answer, state, problems);
    Decoding.requireNested(answer, problems);
    requireIndex("walk", state, model.stage2().logIndex(), problems);
    machine.requireStores(problems);
  }

  private void require(
      String by, long expected, long answer, NestedState told, List<String> problems) {
    if (!requireAnswer(by, expected, answer, problems)) {
      return;
    }
    if (!NestedResult.isFault(expected)) {
      if (told.guestGpa() != model.guestGpa() || told.page() != model.page()) {
        problems.add(
            String.format(
                Locale.ROOT,
                "%s told gpa 0x%x, page %s instead of 0x%x, %s",
                by,
                told.guestGpa(),
                JudgedStage2.words(told.page()),
                model.guestGpa(),
                JudgedStage2.words(model.page())));
      }
    } else if (NestedResult.isStage2Fault(expected) && told.stage2().gpa() != model.faultGpa()) {
      problems.add(
          String.format(
              Locale.ROOT,
              "%s told the address 0x%x instead of 0x%x",
              by,
              told.stage2().gpa(),
              model.faultGpa()));
    }
  }

  private static boolean requireAnswer(
      String by, long expected, long answer, List<String> problems) {
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
    return answer == expected;
  }

  private static String words(long answer) {
    try {
      return NestedResult.toString(answer);
    } catch (RuntimeException e) {
      return "nonsense";
    }
  }

  private void tell(long gva, int access, List<String> problems) {
    problems.add(
        String.format(
            Locale.ROOT,
            "%s at gva 0x%x, %s, cr3 0x%x, root 0x%x, log 0x%x at %d:",
            Access.toString(access),
            gva,
            role,
            state.guest().cr3(),
            state.stage2().root(),
            state.stage2().pml().address(),
            logIndex()));
    int index = logIndex();
    model.trace(problems);
    long _ = model.walk(gva, access);
    model.trace(null);
    log(state.stage2().pml().address(), index);
    machine.putBack();
  }
}
