package org.pagestamp.walk;

/**
 * What a walk has read so far, level by level: the counterpart of KVM's {@code struct
 * guest_walker}.
 *
 * <p>The interpreted walker keeps its entries here between reading them and setting their accessed
 * and dirty bits, so that a walk allocates nothing; a walk that has no bits to set leaves the
 * record alone. After {@link Walker#probe} of that walker it holds the entries that the probe read.
 */
public final class WalkRecord {
  private static final int LEVELS = 6;

  private final long[] entryGpas = new long[LEVELS];
  private final long[] entries = new long[LEVELS];
  private final long[] rightsAbove = new long[LEVELS];
  private final int[] slots = new int[LEVELS];
  private int top;
  private int lowest;

  /** A record of no walk. */
  public WalkRecord() {}

  /**
   * Starts a walk.
   *
   * @param topLevel the level of the first entry to be read
   */
  public void begin(int topLevel) {
    top = topLevel;
    lowest = topLevel + 1;
  }

  /**
   * Records an entry.
   *
   * @param level 1 to 5; the levels of a walk follow each other downwards
   * @param entryGpa where the entry is
   * @param slot index of the slot that holds it
   * @param entry its value
   * @param rights the rights combined above this level
   */
  public void add(int level, long entryGpa, int slot, long entry, long rights) {
    entryGpas[level] = entryGpa;
    slots[level] = slot;
    entries[level] = entry;
    rightsAbove[level] = rights;
    lowest = level;
  }

  /** Level of the first entry. */
  public int top() {
    return top;
  }

  /** Level of the last entry; {@code top() + 1} if none was read. */
  public int lowest() {
    return lowest;
  }

  /** Where the entry of a level is. */
  public long entryGpa(int level) {
    return entryGpas[level];
  }

  /** The entry of a level. */
  public long entry(int level) {
    return entries[level];
  }

  /** Index of the slot that holds a level's entry. */
  public int slot(int level) {
    return slots[level];
  }

  /** The rights combined above a level: W, U, and NX inverted, as a mask of entry bits. */
  public long rightsAbove(int level) {
    return rightsAbove[level];
  }
}
