package org.pagestamp.codegen;

import org.pagestamp.walk.VcpuState;

/**
 * Counts the walks of a walker and remembers the last of them, to warm its class up with.
 *
 * <p>Any number of threads may add at once; what they add may then be lost or mixed up, which harms
 * nothing. All memory is taken beforehand.
 */
final class RecentWalks {
  private static final int PLACES = 64;
  private static final int PDPTES = 4;

  private int threshold;
  private final long[] gvas = new long[PLACES];
  private final long[] roots = new long[PLACES];
  private final int[] accesses = new int[PLACES];
  private final VcpuState observer = VcpuState.observer(new VcpuState());
  private int count;
  private boolean batches;

  /**
   * No walks.
   *
   * @param threshold how many walks are enough
   */
  RecentWalks(int threshold) {
    this.threshold = threshold;
  }

  /** Adds a walk, whose access is valid; whether there are enough now. */
  boolean add(long root, long gva, int access) {
    int place = count & PLACES - 1;
    gvas[place] = gva;
    roots[place] = root;
    accesses[place] = access;
    return ++count >= threshold;
  }

  /** Remembers that walks came in batches. */
  void addBatch() {
    batches = true;
  }

  /** Counts anew, to {@code least} at least. */
  void restart(int least) {
    threshold = Math.max(threshold, least);
    count = 0;
  }

  /**
   * Takes the registers that the walks are to be repeated with. By the thread to which they belong,
   * before another one repeats.
   */
  void take(VcpuState vcpu) {
    observer.cr3(vcpu.cr3());
    for (int i = 0; i < PDPTES; i++) {
      observer.pdpte(i, vcpu.pdpte(i));
    }
    observer.pkru(vcpu.pkru());
    observer.pkrs(vcpu.pkrs());
  }

  /** How many are remembered. */
  int size() {
    return Math.min(count, PLACES);
  }

  /** Whether some came in batches. */
  boolean hasBatches() {
    return batches;
  }

  /** An observer with the registers taken, and the CR3 of a walk. */
  VcpuState observer(int place) {
    observer.cr3(roots[place]);
    return observer;
  }

  long[] gvas() {
    return gvas;
  }

  long gva(int place) {
    return gvas[place];
  }

  int access(int place) {
    return accesses[place];
  }
}
