package org.pagestamp.conformance.nested;

/** Where a {@link RandomScene} puts its tables. */
interface SceneMemory {
  /** Whether an address is in a slot. */
  boolean hasSlot(long gpa);

  /** Reads an entry of {@code width} bytes. */
  long load(long gpa, int width);

  /** Changes an entry, in read-only slots too. */
  void store(long gpa, long value, int width);
}
