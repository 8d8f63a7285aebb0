package org.pagestamp.bench.image;

/** What an image's slots are backed by. */
public enum SlotMemory {
  /** Native memory: all slots at their places in one segment. */
  SHARED_SEGMENT("one segment"),
  /** Native memory: all slots in one segment, in another order than in the guest. */
  SHUFFLED_SEGMENT("one segment in another order"),
  /** Native memory: a segment for each slot. */
  SEGMENT_PER_SLOT("a segment for each slot"),
  /** A mapped file: all slots at their places in it. */
  MAPPED_FILE("mapped file"),
  /** A {@code long[]}, as in emulators that use the heap; one slot. */
  LONG_ARRAY("long[]"),
  /** An emulator's own memory object around a {@code long[]}; one slot. */
  ACCESSOR("accessor");

  private final String label;

  SlotMemory(String label) {
    this.label = label;
  }

  /** The kind in words. */
  public String label() {
    return label;
  }

  /** Whether the memory is on the heap, where the chase cannot go: it walks a copy. */
  boolean isOnHeap() {
    return this == LONG_ARRAY || this == ACCESSOR;
  }
}
