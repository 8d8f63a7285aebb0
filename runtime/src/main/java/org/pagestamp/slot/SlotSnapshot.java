package org.pagestamp.slot;

/**
 * The slots of a {@link MemorySlots} between two changes. There is one object for each change, so
 * two are the same or differ: compare them with {@code ==}.
 */
public final class SlotSnapshot {
  private final SlotLayout layout;
  private final long generation;

  SlotSnapshot(SlotLayout layout, long generation) {
    this.layout = layout;
    this.generation = generation;
  }

  /** The slots. */
  public SlotLayout layout() {
    return layout;
  }

  /** How many changes led here: it grows by one with each. */
  public long generation() {
    return generation;
  }

  @Override
  public String toString() {
    return "generation " + generation + ": " + layout;
  }
}
