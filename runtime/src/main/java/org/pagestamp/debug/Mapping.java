package org.pagestamp.debug;

import java.util.Locale;

/**
 * One page that page tables map.
 *
 * @param gva where, sign-extended in long mode
 * @param gpa the page's first guest-physical address
 * @param level of the leaf, 1 to 3; 0 without paging
 * @param size of the page in bytes
 * @param leaf the leaf entry; entries of 4 bytes zero-extended; 0 without paging
 * @param writable AND of R/W over all levels
 * @param user AND of U/S over all levels
 * @param executable no level has NX set
 * @param reserved some level has a reserved bit set, so that every access faults
 */
public record Mapping(
    long gva,
    long gpa,
    int level,
    long size,
    long leaf,
    boolean writable,
    boolean user,
    boolean executable,
    boolean reserved) {
  /** Whether the page holds a guest-physical address. */
  public boolean contains(long address) {
    return Long.compareUnsigned(address - gpa, size) < 0;
  }

  /** The address in this page that leads to {@code address}, which the page contains. */
  public long gvaOf(long address) {
    return gva + (address - gpa);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "0x%x -> 0x%x, leaf 0x%x", gva, gpa, leaf);
  }
}
