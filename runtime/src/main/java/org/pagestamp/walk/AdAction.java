package org.pagestamp.walk;

/** What a walk does to the accessed and dirty bits of one entry. */
public enum AdAction {
  /** Nothing: the bits are set already, or the walk faults. */
  NONE,
  /** Stores the entry with A, and D if this is the leaf of a write, set. */
  SET,
  /** Would store it, but its slot is read-only. */
  SKIPPED_READ_ONLY,
  /** Stores it, but its slot is read-only and drops the store. */
  DISCARDED,
  /** Would store it, but its slot is read-only, which ends the walk in an exit. */
  REFUSED
}
