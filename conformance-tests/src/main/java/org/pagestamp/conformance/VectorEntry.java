package org.pagestamp.conformance;

/**
 * A table entry in a vector's memory.
 *
 * @param gpa where it is, a multiple of {@code width}
 * @param value its value, zero-extended
 * @param width its size in bytes, 4 or 8
 */
public record VectorEntry(long gpa, long value, int width) {
  /** The first address of the page that holds the entry. */
  public long page() {
    return gpa & ~0xFFFL;
  }
}
