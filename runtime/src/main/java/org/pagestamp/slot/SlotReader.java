package org.pagestamp.slot;

/**
 * One user of a guest's slots, such as a virtual CPU: which generation it uses, so that {@link
 * MemorySlots#awaitUse} can tell when an older one is out of use. Made by {@link
 * MemorySlots#reader}.
 *
 * <p>Costs nothing between two changes: the user compares {@link MemorySlots#snapshot} with the one
 * it has, and calls {@link #take} where they differ. By calling it, it says that it has finished
 * with all that it took before.
 *
 * <p>Belongs to one thread at a time.
 */
public final class SlotReader {
  private static final long NOTHING = Long.MAX_VALUE;

  private final MemorySlots slots;

  /** Written by the user, read by those who wait. */
  private volatile long inUse = NOTHING;

  SlotReader(MemorySlots slots) {
    this.slots = slots;
  }

  /** The slots now; whatever was taken before is not used any more. */
  public SlotSnapshot take() {
    if (inUse == NOTHING) {
      // Said before the snapshot is read: who waits either sees this, or published before.
      inUse = -1;
    }
    SlotSnapshot snapshot = slots.snapshot();
    inUse = snapshot.generation();
    return snapshot;
  }

  /** Nothing is used any more until the next {@link #take}; for a virtual CPU that stops. */
  public void leave() {
    inUse = NOTHING;
  }

  boolean usesOlderThan(long generation) {
    return inUse < generation;
  }
}
