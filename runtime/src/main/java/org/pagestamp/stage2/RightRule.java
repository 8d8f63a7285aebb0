package org.pagestamp.stage2;

/**
 * When the entries of a walk give a right.
 *
 * @param needed bits that must be set in the combined entries
 * @param forbidden bits that must be clear in them
 */
public record RightRule(long needed, long forbidden) {
  static RightRule needs(long bits) {
    return new RightRule(bits, 0);
  }

  /**
   * Whether the right is given.
   *
   * @param combined AND over all levels of what {@link Stage2Level#counted} has of the entries,
   *     with {@link Stage2Format#inverted} applied
   */
  public boolean holds(long combined) {
    return (combined & needed) == needed && (combined & forbidden) == 0;
  }
}
