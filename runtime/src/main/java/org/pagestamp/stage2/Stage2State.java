package org.pagestamp.stage2;

import org.pagestamp.walk.WalkRecord;

/**
 * What of one virtual CPU's stage 2 may change from walk to walk, the root and the log, and the
 * scratch space of walks. After a fault it tells the address that could not be translated.
 *
 * <p>Belongs to one thread at a time.
 */
public final class Stage2State {
  private final WalkRecord record = new WalkRecord();
  private final boolean observer;
  private final PageModificationLog pml = new PageModificationLog();
  private final PendingStores pending = new PendingStores();
  private long root;
  private long gpa;

  /** A root of zero; no observer. */
  public Stage2State() {
    this(false);
  }

  /**
   * A root of zero.
   *
   * @param observer whether walks answer as probes do and never store to guest memory; see {@link
   *     org.pagestamp.walk.VcpuState#observer}
   */
  public Stage2State(boolean observer) {
    this.observer = observer;
  }

  /** Whether walks store nothing; never changes. */
  public boolean isObserver() {
    return observer;
  }

  /** EPTP or nCR3 as last set. */
  public long root() {
    return root;
  }

  /** Sets EPTP or nCR3, of which a walk uses the bits that locate the root table. */
  public void root(long value) {
    root = value;
  }

  /**
   * The address that was walked last: after a fault the exact guest-physical address that an EPT
   * exit or EXITINFO2 reports.
   */
  public long gpa() {
    return gpa;
  }

  /** For walkers: notes the address to be walked. */
  public void gpa(long value) {
    gpa = value;
  }

  /** The log of the pages that walks make dirty, for roles that have one. */
  public PageModificationLog pml() {
    return pml;
  }

  /** Takes over another's root and log. */
  public void copyFrom(Stage2State registers) {
    root = registers.root;
    pml.copyFrom(registers.pml);
  }

  /** Scratch space of probes. */
  public PendingStores pending() {
    return pending;
  }

  /** Scratch space of walkers: the entries of the last walk. */
  public WalkRecord record() {
    return record;
  }
}
