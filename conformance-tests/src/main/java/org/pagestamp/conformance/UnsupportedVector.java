package org.pagestamp.conformance;

/**
 * A vector that a run does not walk: of EPT and nested walks, where subjects walk in one dimension.
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
