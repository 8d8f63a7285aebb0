package org.pagestamp.conformance.smp;

import java.util.List;

/**
 * What a stress run came to.
 *
 * @param walks translations that were checked
 * @param faults those of them that faulted, as they should
 * @param stores stores of the guest to memory, devices not counted
 * @param remaps leaf entries that the guest changed
 * @param layouts changes of memory slots
 * @param harvests how often a dirty log was taken
 * @param dirtyPages pages copied since a log told of them
 * @param epochs how often all memory was compared with the copy that the logs kept up
 * @param problemCount torn answers, lost pages and exceptions
 * @param problems the first of them, in words; immutable
 */
public record StressReport(
    long walks,
    long faults,
    long stores,
    long remaps,
    long layouts,
    long harvests,
    long dirtyPages,
    long epochs,
    long problemCount,
    List<String> problems) {
  /** Makes the list immutable. */
  public StressReport {
    problems = List.copyOf(problems);
  }
}
