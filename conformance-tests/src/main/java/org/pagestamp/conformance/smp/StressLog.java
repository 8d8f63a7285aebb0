package org.pagestamp.conformance.smp;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.pagestamp.slot.MemSlot;

/** What happened so far, and what went wrong; written by all threads. */
final class StressLog {
  private static final int KEPT = 20;

  final LongAdder walks = new LongAdder();
  final LongAdder faults = new LongAdder();
  final LongAdder stores = new LongAdder();
  final LongAdder remaps = new LongAdder();
  final LongAdder layouts = new LongAdder();
  final LongAdder harvests = new LongAdder();
  final LongAdder dirtyPages = new LongAdder();
  final LongAdder epochs = new LongAdder();
  final AtomicLong increments = new AtomicLong();
  private final List<String> problems = new ArrayList<>();
  private final AtomicLong problemCount = new AtomicLong();

  void problem(String what) {
    if (problemCount.getAndIncrement() < KEPT) {
      synchronized (problems) {
        problems.add(what);
      }
    }
  }

  void lostPage(int page, MemSlot slot) {
    problem("page " + page + " of slot " + slot + " was written to, and its log does not know");
  }

  StressReport report() {
    synchronized (problems) {
      return new StressReport(
          walks.sum(),
          faults.sum(),
          stores.sum(),
          remaps.sum(),
          layouts.sum(),
          harvests.sum(),
          dirtyPages.sum(),
          epochs.sum(),
          problemCount.get(),
          problems);
    }
  }
}
