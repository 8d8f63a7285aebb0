package org.pagestamp.nested;

/**
 * Makes the result of stage 2 for a page of what a walk has left in a {@link NestedState}, if
 * somebody asks for it: few do, and to pack it takes as long as several loads. For walkers.
 *
 * <p>Any thread may ask.
 */
@FunctionalInterface
public interface PagePacker {
  /**
   * Packs.
   *
   * @param word the entries of stage 2 combined, in the form of the walker
   * @param place where the page is and what its level adds, as in the result
   * @return a {@link org.pagestamp.stage2.Stage2Result}
   */
  long pack(long word, long place);
}
