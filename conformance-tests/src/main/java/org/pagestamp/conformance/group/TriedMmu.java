package org.pagestamp.conformance.group;

import org.pagestamp.conformance.Answers;
import org.pagestamp.conformance.CaseFailure;
import org.pagestamp.conformance.Machine;
import org.pagestamp.conformance.Subject;

/**
 * A subject's memory-management unit, whose exceptions become failures of cases: it never throws,
 * but tells that it would have. What was thrown by connecting, or by the last load of CR3 or of the
 * keys, every access tells that depends on it, without being made.
 */
final class TriedMmu implements Subject.Mmu {
  private Subject.Mmu mmu;
  private String byConnecting;
  private String byCr3;
  private String byKeys;
  private String thrown;

  TriedMmu(Subject subject, Machine machine) {
    byConnecting = caught(() -> mmu = subject.connect(machine));
    thrown = byConnecting;
  }

  /** A unit that has been connected already. */
  TriedMmu(Subject.Mmu mmu) {
    this.mmu = mmu;
  }

  private static String caught(Runnable use) {
    try {
      use.run();
      return null;
    } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
      return CaseFailure.thrown(e);
    }
  }

  /** False too if it threw. */
  @Override
  public boolean loadCr3(long cr3) {
    boolean[] loaded = {false};
    byCr3 = mmu == null ? null : caught(() -> loaded[0] = mmu.loadCr3(cr3));
    thrown = pending();
    return loaded[0];
  }

  @Override
  public void keys(int pkru, int pkrs) {
    byKeys = mmu == null ? null : caught(() -> mmu.keys(pkru, pkrs));
    thrown = pending();
  }

  private String pending() {
    return byConnecting != null ? byConnecting : byCr3 != null ? byCr3 : byKeys;
  }

  /** {@link Answers#CR3_REFUSED} if it threw. */
  @Override
  public long access(long gva, int access) {
    thrown = pending();
    if (thrown != null) {
      return Answers.CR3_REFUSED;
    }
    try {
      return mmu.access(gva, access);
    } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
      thrown = CaseFailure.thrown(e);
      return Answers.CR3_REFUSED;
    }
  }

  /** If it throws, {@code results} keeps what was answered until then. */
  @Override
  public void accessAll(long[] gvas, int access, long[] results) {
    thrown = pending();
    if (thrown == null) {
      thrown = caught(() -> mmu.accessAll(gvas, access, results));
    }
  }

  /** Whether the last call threw, or could not be made since an earlier one had. */
  boolean threw() {
    return thrown != null;
  }

  /** What was thrown and where, a sentence; only if it {@linkplain #threw threw}. */
  String thrown() {
    return thrown;
  }
}
