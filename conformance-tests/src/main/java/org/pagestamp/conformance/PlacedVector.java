package org.pagestamp.conformance;

import java.util.List;

/** A line of a vector file: an access, with slots and memory, and what comes of it. Immutable. */
public sealed interface PlacedVector permits WalkVector, Stage2Vector, NestedVector {
  /** The vector's name, unique in its file: {@code file/group/number}. */
  String name();

  /** Where it stands. */
  VectorOrigin origin();

  /** 1 to 64 disjoint slots, in the file's order. */
  List<VectorSlot> slots();

  /** The entries that are not zero before the walk; all lie in slots. */
  List<VectorEntry> memory();

  /** Bytes of an entry. */
  int entryBytes();

  /** For each outcome the entries that the walk read, with their values afterwards. */
  List<List<VectorEntry>> afters();
}
