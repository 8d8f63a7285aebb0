package org.pagestamp.conformance.group;

import java.util.Locale;
import java.util.function.LongUnaryOperator;

/**
 * Another virtual CPU: it changes an entry between a walk's read of an entry and the update of it.
 */
final class OtherVcpu {
  private final long watched;
  private final long written;
  private final LongUnaryOperator change;
  private final int first;
  private final int times;
  private int updates;
  private int updatesOfWatched;

  /**
   * Another virtual CPU.
   *
   * @param watched the gpa of the entry whose updates it comes before
   * @param written the gpa of the entry that it changes
   * @param change what it makes of that entry
   * @param first which update of the watched entry is the first that it comes before, from 0
   * @param times how many updates it comes before
   */
  OtherVcpu(long watched, long written, LongUnaryOperator change, int first, int times) {
    this.watched = watched;
    this.written = written;
    this.change = change;
    this.first = first;
    this.times = times;
  }

  /** Memory that it writes. */
  interface Memory {
    long load(long gpa);

    void store(long gpa, long value);
  }

  /** Forgets what it has done. */
  void restart() {
    updates = 0;
    updatesOfWatched = 0;
  }

  /** An entry is about to be updated. */
  void beforeUpdate(long gpa, Memory memory) {
    updates++;
    if (gpa != watched) {
      return;
    }
    int number = updatesOfWatched++;
    if (number >= first && number - first < times) {
      memory.store(written, change.applyAsLong(memory.load(written)));
    }
  }

  /** How many updates were tried. */
  int updates() {
    return updates;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "another vCPU changes the entry at 0x%x before update %d of the entry at 0x%x, %d time(s)",
        written,
        first,
        watched,
        times);
  }
}
