package org.pagestamp.conformance;

/**
 * A vector of a mode that the format knows and this library does not support yet: EPT and nested
 * walks. Its other fields are not looked at.
 *
 * @param name the vector's name
 * @param mode the mode, for example {@code ept4}
 * @param origin where it stands
 */
public record UnsupportedVector(String name, String mode, VectorOrigin origin)
    implements TestVector {
  /** Says so. */
  @Override
  public String toString() {
    return name + ": mode " + mode + " is not supported yet";
  }
}
