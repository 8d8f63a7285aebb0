package org.pagestamp.conformance.group;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.pagestamp.conformance.AnswerPart;
import org.pagestamp.conformance.Answers;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.ConformanceCase;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.VectorEntry;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/**
 * A machine whose subject is judged access by access: the answer, and the entries that the access
 * reads, must be as {@link ExpectedWalk} says. After each access memory is put back as it was.
 */
final class JudgedMachine implements AutoCloseable {
  private static final int REPORT_EVERY = 1 << 12;

  private final String group;
  private final CaseGroup.Trial trial;
  private final List<VectorSlot> slots;
  private final Machine machine;
  private final TriedMmu mmu;
  private final ExpectedMemory memory;
  private final JudgedMemory actual;
  private final ExpectedWalk walk;
  private final int entryBytes;
  private final boolean logs;
  private final long successMask;
  private final long faultMask;
  private long cr3;
  private int pkru;
  private int pkrs;
  private long passed;

  /**
   * A machine with memory of zeros.
   *
   * @param group whose cases it judges
   */
  JudgedMachine(CaseGroup group, CaseGroup.Trial trial, Role role, List<VectorSlot> slots) {
    this(group, trial, slots, new Machine(role, slots, trial.subject().memoryKind()));
  }

  /** As the other, over a machine that is closed with this. */
  JudgedMachine(CaseGroup group, CaseGroup.Trial trial, List<VectorSlot> slots, Machine machine) {
    this.group = group.name();
    this.trial = trial;
    this.slots = List.copyOf(slots);
    this.machine = machine;
    mmu = new TriedMmu(trial.subject(), machine);
    entryBytes = PagingRules.entryBytes(machine.role().mode());
    logs = trial.subject() instanceof WalkerSubject;
    memory = new ExpectedMemory(slots, entryBytes);
    actual = new JudgedMemory(machine, memory, entryBytes);
    walk = new ExpectedWalk(machine.role(), memory);
    successMask = AnswerPart.successMask(trial.subject().reports());
    faultMask = AnswerPart.faultMask(trial.subject().reports());
  }

  /** Changes an entry, as the machine's builder: in read-only slots too, and logged nowhere. */
  void store(long gpa, long value) {
    int slot = memory.slotOf(gpa);
    memory.store(slot, gpa, value);
    actual.store(slot, gpa, value);
  }

  /** Sets PKRU and IA32_PKRS. */
  void keys(int userKeys, int supervisorKeys) {
    pkru = userKeys;
    pkrs = supervisorKeys;
    walk.keys(userKeys, supervisorKeys);
    mmu.keys(userKeys, supervisorKeys);
  }

  /**
   * Loads CR3; whether it is refused is a case of its own.
   *
   * @return whether it is to be loaded and was
   */
  boolean loadCr3(long value) {
    boolean expected = walk.loadCr3(value);
    boolean loaded = mmu.loadCr3(value);
    if (expected) {
      cr3 = value;
    }
    if (expected == loaded && !mmu.threw()) {
      passed(1);
    } else {
      String problem =
          mmu.threw()
              ? mmu.thrown()
              : String.format(
                  Locale.ROOT,
                  "CR3 0x%x is %s, but it must be %s",
                  value,
                  loaded ? "loaded" : "refused",
                  expected ? "loaded" : "refused with #GP");
      long right = expected ? walk.access(0, Access.READ) : Answers.CR3_REFUSED;
      long answer = loaded ? mmu.access(0, Access.READ) : Answers.CR3_REFUSED;
      fail(value, 0, Access.READ, right, answer, List.of(), List.of(problem));
      actual.repair();
    }
    return expected && loaded;
  }

  /** Makes an access and judges it. */
  void access(long gva, int access) {
    long expected = walk.access(gva, access);
    long answer = mmu.access(gva, access);
    if (isRight(expected, answer) && memoryIsRight()) {
      passed(1);
    } else {
      report(gva, access, expected, answer, List.of());
    }
    putBack();
  }

  /**
   * As {@link #access}, and compares all memory and, with a subject that keeps them, the dirty
   * logs, which must hold the pages of the entries that changed and no others.
   *
   * @return what the subject answered
   */
  long accessLogged(long gva, int access) {
    long expected = walk.access(gva, access);
    clearLogs();
    long answer = mmu.access(gva, access);
    List<String> problems = new ArrayList<>();
    boolean right = isRight(expected, answer) && memoryIsRight();
    if (logs) {
      compareLogs(problems);
    }
    putBack();
    problems.addAll(actual.repair());
    if (right && problems.isEmpty()) {
      passed(1);
    } else {
      report(gva, access, expected, answer, problems);
    }
    return answer;
  }

  /** As {@link #access}, while another virtual CPU changes entries; also counts the updates. */
  void accessContended(long gva, int access, OtherVcpu other) {
    List<VectorEntry> before = memory.entries();
    other.restart();
    long expected = new ExpectedRace(walk, memory).access(gva, access, other);
    int updates = other.updates();
    other.restart();
    long answer = mmu.access(gva, access);
    List<String> problems = new ArrayList<>();
    if (other.updates() != updates) {
      problems.add(other.updates() + " updates of entries instead of " + updates);
    }
    problems.addAll(actual.repair());
    boolean right = isRight(expected, answer) && problems.isEmpty();
    List<VectorEntry> after = right ? List.of() : memory.entries();
    before.forEach(entry -> store(entry.gpa(), entry.value()));
    if (right) {
      passed(1);
    } else {
      problems.addAll(differences(expected, answer));
      problems.add(other.toString());
      fail(cr3, gva, access, expected, answer, after, problems);
    }
  }

  /** Judges an answer by that of a twin, from which it may differ in some bits of a success. */
  void requireAgreement(long gva, int access, long answer, long twins, long mayDiffer) {
    if (mmu.threw()) {
      return; // that has been told
    }
    boolean fault = WalkResult.isFault(twins);
    long mask = fault ? faultMask : successMask & ~mayDiffer;
    if (((answer ^ twins) & mask) == 0) {
      passed(1);
    } else {
      report(gva, access, twins, answer, List.of("the twin with all tables in RAM answers so"));
    }
  }

  private boolean isRight(long expected, long answer) {
    long mask = WalkResult.isFault(expected) ? faultMask : successMask;
    return ((expected ^ answer) & mask) == 0 && !mmu.threw();
  }

  private boolean memoryIsRight() {
    boolean right = true;
    for (int level = walk.top(); level >= walk.lowest(); level--) {
      right &= actual.load(walk.slot(level), walk.gpa(level)) == walk.after(level);
    }
    return right;
  }

  private void putBack() {
    for (int level = walk.top(); level >= walk.lowest(); level--) {
      if (actual.load(walk.slot(level), walk.gpa(level)) != walk.before(level)) {
        actual.store(walk.slot(level), walk.gpa(level), walk.before(level));
      }
    }
  }

  private void clearLogs() {
    for (MemSlot slot : machine.layout().slots()) {
      if (slot.dirtyLog().count() != 0) {
        long[] _ = slot.dirtyLog().getAndClear();
      }
    }
  }

  private void compareLogs(List<String> problems) {
    SlotLayout layout = machine.layout();
    for (int i = 0; i < layout.slots().size(); i++) {
      MemSlot slot = layout.slots().get(i);
      for (long page = 0; page < slot.pages(); page++) {
        long gpa = slot.baseGpa() + (page << 12);
        boolean expected = isChanged(gpa);
        if (slot.dirtyLog().isDirty(page) != expected) {
          problems.add(
              String.format(
                  Locale.ROOT,
                  "the dirty log %s the page at 0x%x",
                  expected ? "lacks" : "has",
                  gpa));
        }
      }
    }
  }

  private boolean isChanged(long page) {
    for (int level = walk.top(); level >= walk.lowest(); level--) {
      if ((walk.gpa(level) & -0x1000L) == page && walk.after(level) != walk.before(level)) {
        return true;
      }
    }
    return false;
  }

  private void report(long gva, int access, long expected, long answer, List<String> others) {
    List<String> problems = new ArrayList<>(differences(expected, answer));
    Set<VectorEntry> after = new LinkedHashSet<>(); // one entry may serve at several levels
    for (int level = walk.top(); level >= walk.lowest(); level--) {
      after.add(new VectorEntry(walk.gpa(level), walk.after(level), entryBytes));
      long now = actual.load(walk.slot(level), walk.gpa(level));
      if (now != walk.after(level) && others.isEmpty() && !mmu.threw()) {
        problems.add(
            String.format(
                Locale.ROOT,
                "afterwards the entry of level %d at 0x%x is 0x%x instead of 0x%x",
                level,
                walk.gpa(level),
                now,
                walk.after(level)));
      }
    }
    problems.addAll(others);
    fail(cr3, gva, access, expected, answer, List.copyOf(after), problems);
  }

  private List<String> differences(long expected, long answer) {
    return mmu.threw()
        ? List.of(mmu.thrown())
        : Answers.differences(trial.subject(), expected, answer);
  }

  private void fail(
      long cr3OfCase,
      long gva,
      int access,
      long expected,
      long answer,
      List<VectorEntry> after,
      List<String> problems) {
    ConformanceCase made =
        new ConformanceCase(
            machine.role(), slots, memory.entries(), cr3OfCase, pkru, pkrs, gva, access);
    trial.failed(
        new CaseFailure(group, trial.subject().name(), made, expected, answer, after, problems));
  }

  private void passed(long cases) {
    passed += cases;
    if (passed >= REPORT_EVERY) {
      trial.passed(passed);
      passed = 0;
    }
  }

  /** What the last access must answer, and its entries. */
  ExpectedWalk expected() {
    return walk;
  }

  /** Also judges that no access changed memory that it did not read. */
  @Override
  public void close() {
    List<String> problems = actual.repair();
    if (!problems.isEmpty()) {
      fail(cr3, 0, Access.READ, 0, 0, List.of(), problems);
    }
    trial.passed(passed);
    machine.close();
  }
}
