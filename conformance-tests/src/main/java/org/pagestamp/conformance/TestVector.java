package org.pagestamp.conformance;

/** A line of a vector file. Immutable. */
public sealed interface TestVector permits PlacedVector, UnsupportedVector {
  /** The vector's name, unique in its file: {@code file/group/number}. */
  String name();

  /** Where it stands. */
  VectorOrigin origin();
}
