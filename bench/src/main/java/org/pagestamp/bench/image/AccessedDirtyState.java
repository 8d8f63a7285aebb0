package org.pagestamp.bench.image;

import org.pagestamp.mode.EntryBits;
import org.pagestamp.walk.Access;

/** What the accessed and dirty bits are before a walk, and so how many entries it stores to. */
public enum AccessedDirtyState {
  /** All set: nothing to store. What happens at most walks. */
  HOT("hot", EntryBits.A, EntryBits.A | EntryBits.D, Access.USER),
  /** A clear in the leaf alone: the first read of a page among others. */
  LEAF_CLEAR("first touch, 1 update", EntryBits.A, 0, Access.USER),
  /** A clear at all levels: the first read of a region. */
  ALL_CLEAR("first touch, updates at all levels", 0, 0, Access.USER),
  /** D clear in the leaf: the first write to a page that was read before. */
  CLEAN("dirty, 1 update", EntryBits.A, EntryBits.A, Access.USER | Access.WRITE);

  private final String label;
  private final long tableBits;
  private final long leafBits;
  private final int access;

  AccessedDirtyState(String label, long tableBits, long leafBits, int access) {
    this.label = label;
    this.tableBits = tableBits;
    this.leafBits = leafBits;
    this.access = access;
  }

  /** The state in words. */
  public String label() {
    return label;
  }

  long bits(boolean leaf) {
    return leaf ? leafBits : tableBits;
  }

  /** The access that all walks are for. */
  int access() {
    return access;
  }
}
