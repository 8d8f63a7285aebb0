package org.pagestamp.debug;

import java.util.Locale;

/**
 * One page that the tables of stage 2 map.
 *
 * @param gpa the page's first guest-physical address
 * @param slotGpa where the page is in the slots
 * @param level of the leaf, 1 to 3
 * @param size of the page in bytes
 * @param leaf the leaf entry; entries of 4 bytes zero-extended
 * @param readable all levels allow data reads
 * @param writable all levels allow data writes
 * @param executable all levels allow fetches from supervisor mode
 * @param userExecutable all levels allow fetches from user mode
 * @param accessed A of the leaf; false where the format has none
 * @param dirty D of the leaf; false where the format has none
 * @param illegal some level has a reserved bit or an illegal combination, so that every access
 *     fails
 */
public record Stage2Mapping(
    long gpa,
    long slotGpa,
    int level,
    long size,
    long leaf,
    boolean readable,
    boolean writable,
    boolean executable,
    boolean userExecutable,
    boolean accessed,
    boolean dirty,
    boolean illegal) {
  /** Whether the page holds a guest-physical address. */
  public boolean contains(long address) {
    return Long.compareUnsigned(address - gpa, size) < 0;
  }

  /** Where an address that the page contains is in the slots. */
  public long inSlots(long address) {
    return slotGpa + (address - gpa);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "0x%x -> 0x%x, leaf 0x%x", gpa, slotGpa, leaf);
  }
}
