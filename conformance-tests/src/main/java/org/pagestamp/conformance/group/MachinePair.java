package org.pagestamp.conformance.group;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.pagestamp.conformance.AnswerPart;
import org.pagestamp.conformance.Answers;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.Subject;
import org.pagestamp.conformance.VectorEntry;
import org.pagestamp.conformance.VectorSlot;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkRecord;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkTrace;

/** The same machine twice: one of the subject on trial, one of the interpreted walker. */
final class MachinePair implements AutoCloseable {
  private final Subject subject;
  private final Machine tried;
  private final Machine right;
  private final TriedMmu mmu;
  private final InterpretedWalker walker;
  private final VcpuState vcpu = new VcpuState();
  private final long successMask;
  private final long faultMask;

  /** Machines with zeroed memory. */
  MachinePair(Subject subject, Role role, List<VectorSlot> slots) {
    this.subject = subject;
    tried = new Machine(role, slots, subject.memoryKind());
    right = new Machine(role, slots, MemoryKind.NATIVE);
    mmu = new TriedMmu(subject, tried);
    walker = new InterpretedWalker(role, right.layout());
    successMask = AnswerPart.successMask(subject.reports());
    faultMask = AnswerPart.faultMask(subject.reports());
  }

  /** Whether a subject would be compared with itself. */
  static boolean isReference(Subject subject, Role role) {
    if (!(subject instanceof WalkerSubject ours) || ours.memoryKind() != MemoryKind.NATIVE) {
      return false;
    }
    try (Machine machine = new Machine(role, List.of(), MemoryKind.NATIVE)) {
      return ours.engine().walker(role, machine.layout()) instanceof InterpretedWalker;
    }
  }

  /** The right machine's registers. */
  VcpuState vcpu() {
    return vcpu;
  }

  /** Writes to both memories. */
  void store(long gpa, long value, int width) {
    tried.store(gpa, value, width);
    right.store(gpa, value, width);
  }

  /** Reads from the right memory. */
  long load(long gpa, int width) {
    return right.load(gpa, width);
  }

  /** Loads CR3 on both machines; a subject that throws disagrees. */
  Cr3 loadCr3(long cr3) {
    boolean expected = vcpu.loadCr3(cr3, walker.role(), right.layout()) == Cr3Load.LOADED;
    boolean actual = mmu.loadCr3(cr3);
    return expected != actual || mmu.threw() ? Cr3.DISAGREED : expected ? Cr3.LOADED : Cr3.REFUSED;
  }

  /** What became of loading CR3. */
  enum Cr3 {
    LOADED,
    REFUSED,
    DISAGREED
  }

  /** Sets the keys on both. */
  void keys(int pkru, int pkrs) {
    vcpu.pkru(pkru);
    vcpu.pkrs(pkrs);
    mmu.keys(pkru, pkrs);
  }

  /** The right answer to an access, level by level; changes nothing. */
  WalkTrace explain(long gva, int access) {
    return walker.explain(vcpu, gva, access);
  }

  /** Makes an access on the right machine. */
  long accessRight(long gva, int access) {
    long result = walkRight(gva, access);
    long _ = walker.probe(vcpu, gva, access); // reads the same entries, and records them
    return result;
  }

  /** Makes an access on the right machine, without noting the entries that it reads. */
  long walkRight(long gva, int access) {
    return walker.walk(vcpu, gva, access);
  }

  /** Makes an access on the subject's machine; may {@linkplain #threw throw}. */
  long accessTried(long gva, int access) {
    return mmu.access(gva, access);
  }

  /**
   * Makes accesses on the subject's machine in a batch; may {@linkplain #threw throw}.
   *
   * @param results gets the answers; may be longer
   */
  void accessAllTried(long[] gvas, int access, long[] results) {
    mmu.accessAll(gvas, access, results);
  }

  /** Whether the subject threw at the last load of CR3, access or batch. */
  boolean threw() {
    return mmu.threw();
  }

  /** What it threw, a sentence. */
  String thrown() {
    return mmu.thrown();
  }

  /** Whether an answer is right in what the subject reports. */
  boolean sameAnswer(long expected, long actual) {
    return ((expected ^ actual) & (WalkResult.isFault(expected) ? faultMask : successMask)) == 0;
  }

  /** Whether the entries that the right machine's last walk read are the same in both. */
  boolean sameEntries() {
    WalkRecord record = vcpu.record();
    int width = walker.role().mode().entryBytes();
    for (int level = record.top(); level > 0 && level >= record.lowest(); level--) {
      long gpa = record.entryGpa(level);
      boolean inSlot = record.slot(level) >= 0; // otherwise nothing that a walk could change
      if (inSlot && tried.load(gpa, width) != right.load(gpa, width)) {
        return false;
      }
    }
    return true;
  }

  /** Whether all memory is the same, and the dirty logs, where the subject keeps them. */
  boolean sameMemory() {
    return right.memory().mismatch(tried.memory()) < 0 && logDifferences().isEmpty();
  }

  /** What is wrong, a sentence each; empty if nothing is. */
  List<String> problems(long expected, long actual) {
    List<String> problems = new ArrayList<>(Answers.differences(subject, expected, actual));
    for (MemSlot slot : right.layout().slots()) {
      int width = walker.role().mode().entryBytes() == Integer.BYTES ? Integer.BYTES : Long.BYTES;
      for (long offset = 0; offset < slot.byteSize(); offset += width) {
        long gpa = slot.baseGpa() + offset;
        if (tried.load(gpa, width) != right.load(gpa, width)) {
          problems.addAll(
              tried.differences(List.of(new VectorEntry(gpa, right.load(gpa, width), width))));
        }
      }
    }
    problems.addAll(logDifferences());
    return problems;
  }

  private List<String> logDifferences() {
    List<String> differences = new ArrayList<>();
    if (!(subject instanceof WalkerSubject)) {
      return differences; // only our own walkers know of dirty logs
    }
    for (int i = 0; i < right.layout().slots().size(); i++) {
      MemSlot slot = right.layout().slots().get(i);
      long[] expected = slot.dirtyLog().get();
      long[] actual = tried.layout().slots().get(i).dirtyLog().get();
      if (!Arrays.equals(expected, actual)) {
        differences.add(
            String.format(
                Locale.ROOT,
                "the dirty log of slot %s is %s instead of %s",
                slot,
                hex(actual),
                hex(expected)));
      }
    }
    return differences;
  }

  private static String hex(long[] words) {
    return Arrays.toString(Arrays.stream(words).mapToObj(Long::toHexString).toArray());
  }

  /** Makes the subject's memory, and the dirty logs, what they must be. */
  void mend() {
    tried.memory().copyFrom(right.memory());
    clearLogs();
  }

  /** Clears all dirty logs. */
  void clearLogs() {
    for (Machine machine : List.of(tried, right)) {
      for (MemSlot slot : machine.layout().slots()) {
        long[] _ = slot.dirtyLog().getAndClear();
      }
    }
  }

  /** The entries that the right machine's last walk read, as they are now. */
  List<VectorEntry> entriesRead() {
    Set<VectorEntry> entries = new LinkedHashSet<>(); // one entry may serve at several levels
    WalkRecord record = vcpu.record();
    int width = walker.role().mode().entryBytes();
    for (int level = record.top(); level > 0 && level >= record.lowest(); level--) {
      long gpa = record.entryGpa(level);
      entries.add(new VectorEntry(gpa, right.load(gpa, width), width));
    }
    return List.copyOf(entries);
  }

  @Override
  public void close() {
    tried.close();
    right.close();
  }
}
