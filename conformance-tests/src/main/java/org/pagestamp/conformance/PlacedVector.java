package org.pagestamp.conformance;

import java.util.List;

/** A vector with slots and memory, to be walked. Immutable. */
public sealed interface PlacedVector extends TestVector
    permits WalkVector, Stage2Vector, NestedVector {
  /** 1 to 64 disjoint slots, in the file's order. */
  List<VectorSlot> slots();

  /** The entries that are not zero before the walk; all lie in slots. */
  List<VectorEntry> memory();

  /** Bytes of an entry. */
  int entryBytes();

  /** For each outcome the entries that the walk read, with their values afterwards. */
  List<List<VectorEntry>> afters();
}
