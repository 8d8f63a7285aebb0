package org.pagestamp.conformance.nested;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.pagestamp.conformance.CaseGroup;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.Stage2Engine;
import org.pagestamp.conformance.Stage2Failure;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.Stage2Role;

/**
 * A machine whose walkers with a second stage are judged access by access: the answer, all memory
 * and the dirty logs must be as the model has them. After each access memory is put back as it was.
 */
final class JudgedMachine implements SceneMemory, AutoCloseable {
  private static final int REPORT_EVERY = 1 << 12;

  /** Comparing all memory takes longer than an access. */
  private static final int COMPARE_EVERY = 32;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final CaseGroup.Trial trial;
  private final Stage2Engine engine;
  private final Machine machine;
  private final ModelMemory memory;
  private final SortedSet<Long> kept = new TreeSet<>();
  private long passed;
  private int sinceCompared;
  private int failures;

  /** A machine with memory of zeros, for a trial whose subject has a second stage. */
  JudgedMachine(CaseGroup.Trial trial, List<VectorSlot> slots) {
    this.trial = trial;
    engine = trial.subject().stage2().orElseThrow();
    // Its slots serve entries of 8 bytes, and so those of 4.
    Role widest = Role.of(PagingMode.FOUR_LEVEL, CpuFeatures.intel(52));
    machine = new Machine(widest, slots, trial.subject().memoryKind());
    memory = new ModelMemory(slots);
  }

  SlotLayout layout() {
    return machine.layout();
  }

  ModelMemory memory() {
    return memory;
  }

  Stage2Engine engine() {
    return engine;
  }

  boolean stopped() {
    return trial.stopped();
  }

  /** The walker of stage 2 alone for a role. */
  JudgedStage2 alone(Stage2Role role) {
    return new JudgedStage2(this, role);
  }

  /** The walker in two dimensions for a role. */
  JudgedGuest guest(NestedRole role) {
    return new JudgedGuest(this, role);
  }

  @Override
  public boolean hasSlot(long gpa) {
    return memory.slotOf(gpa) >= 0;
  }

  /** Changes an entry, as the machine's builder: in read-only slots too, and logged nowhere. */
  @Override
  public void store(long gpa, long value, int width) {
    memory.put(memory.slotOf(gpa), gpa, value, width);
    machine.store(gpa, value, width);
  }

  @Override
  public long load(long gpa, int width) {
    return memory.load(memory.slotOf(gpa), gpa, width);
  }

  /** Adds what is wrong if memory is not as it was before the stores of the model's journal. */
  void requireUnchanged(String by, List<String> problems) {
    for (int i = 0; i < memory.stores(); i++) {
      // The first store to a place has what was there before; later ones are told by the walk.
      long gpa = memory.storedAt(i);
      if (isFirst(i) && machine.load(gpa, 8) != memory.storedOver(i)) {
        problems.add(String.format(Locale.ROOT, "%s changed the 8 bytes at 0x%x", by, gpa));
      }
    }
    if (!markedPages().isEmpty()) {
      problems.add(by + " marked pages dirty: " + hex(markedPages()));
      clearLogs();
    }
  }

  private boolean isFirst(int store) {
    for (int i = 0; i < store; i++) {
      if (memory.storedAt(i) == memory.storedAt(store)) {
        return false;
      }
    }
    return true;
  }

  /** Adds what is wrong with memory and dirty logs after a walk. */
  void requireStores(List<String> problems) {
    for (int i = 0; i < memory.stores(); i++) {
      long gpa = memory.storedAt(i);
      requireWord(gpa, problems);
    }
    SortedSet<Long> marked = markedPages();
    SortedSet<Long> expected = memory.markedPages();
    if (!marked.equals(expected)) {
      problems.add("pages marked dirty are " + hex(marked) + " instead of " + hex(expected));
    }
    sinceCompared++;
    if (sinceCompared >= COMPARE_EVERY) {
      requireMemory(problems);
    }
  }

  private void requireWord(long gpa, List<String> problems) {
    long now = machine.load(gpa, 8);
    if (now != memory.wordAt(gpa)) {
      problems.add(
          String.format(
              Locale.ROOT,
              "afterwards the 8 bytes at 0x%x are 0x%x instead of 0x%x",
              gpa,
              now,
              memory.wordAt(gpa)));
    }
  }

  /** Adds what is wrong with memory anywhere. */
  void requireMemory(List<String> problems) {
    sinceCompared = 0;
    MemorySegment right = MemorySegment.ofArray(memory.words());
    long at = machine.memory().mismatch(right);
    if (at >= 0 && problems.isEmpty()) {
      long offset = at & ~7L;
      problems.add(
          String.format(
              Locale.ROOT,
              "byte 0x%x of all memory is changed: 0x%x instead of 0x%x, by one of the last %d"
                  + " accesses",
              at,
              machine.memory().get(LONG, offset),
              right.get(LONG, offset),
              COMPARE_EVERY));
    }
  }

  private SortedSet<Long> markedPages() {
    SortedSet<Long> pages = new TreeSet<>();
    for (MemSlot slot : machine.layout().slots()) {
      if (slot.dirtyLog().count() != 0) {
        for (long page = 0; page < slot.pages(); page++) {
          if (slot.dirtyLog().isDirty(page)) {
            pages.add(slot.baseGpa() + (page << MemSlot.PAGE_SHIFT));
          }
        }
      }
    }
    return pages;
  }

  static List<String> hex(SortedSet<Long> pages) {
    return pages.stream().map(page -> "0x" + Long.toHexString(page)).toList();
  }

  /** Takes the stores of an access back, and clears the dirty logs. */
  void putBack() {
    SortedSet<Long> places = new TreeSet<>();
    for (int i = 0; i < memory.stores(); i++) {
      places.add(memory.storedAt(i));
    }
    memory.undo();
    places.forEach(gpa -> machine.store(gpa, memory.wordAt(gpa), 8));
    clearLogs();
  }

  /**
   * Adds what is wrong with the stores of a walk, which stay.
   *
   * @param everywhere whether all memory and the dirty logs are looked at, too
   */
  void keepStores(boolean everywhere, List<String> problems) {
    for (int i = 0; i < memory.stores(); i++) {
      requireWord(memory.storedAt(i), problems);
    }
    kept.addAll(memory.markedPages());
    if (everywhere) {
      requireKept(problems);
    }
  }

  /** The model's stores stay; what is to have made them is asked later. */
  void keepExpected() {
    kept.addAll(memory.markedPages());
    memory.forget();
  }

  /** Adds what is wrong with memory and the dirty logs after walks whose stores stay. */
  void requireKept(List<String> problems) {
    requireMemory(problems);
    SortedSet<Long> marked = markedPages();
    if (!marked.equals(kept)) {
      problems.add("pages marked dirty are " + hex(marked) + " instead of " + hex(kept));
    }
  }

  /** What earlier accesses have marked is no longer looked for in the dirty logs. */
  void begin() {
    if (!kept.isEmpty()) {
      clearLogs();
    }
  }

  void clearLogs() {
    kept.clear();
    for (MemSlot slot : machine.layout().slots()) {
      if (slot.dirtyLog().count() != 0) {
        long[] _ = slot.dirtyLog().getAndClear();
      }
    }
  }

  /** How many cases went wrong. */
  int failures() {
    return failures;
  }

  /** Counts a case, or tells what is wrong with it. */
  void verdict(List<String> problems) {
    if (problems.isEmpty()) {
      passed++;
      if (passed >= REPORT_EVERY) {
        trial.passed(passed);
        passed = 0;
      }
      return;
    }
    failures++;
    trial.failed(new Stage2Failure(problems, Optional.empty()));
    MemorySegment.copy(MemorySegment.ofArray(memory.words()), 0, machine.memory(), 0, bytes());
    clearLogs();
  }

  private long bytes() {
    return (long) memory.words().length * Long.BYTES;
  }

  /** Also judges that no access changed memory that it did not read. */
  @Override
  public void close() {
    List<String> problems = new ArrayList<>();
    requireMemory(problems);
    if (!problems.isEmpty()) {
      trial.failed(new Stage2Failure(problems, Optional.empty()));
    }
    trial.passed(passed);
    machine.close();
  }
}
