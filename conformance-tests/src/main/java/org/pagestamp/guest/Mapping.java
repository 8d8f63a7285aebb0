package org.pagestamp.guest;

import java.util.Locale;

/**
 * One page that a guest's tables map.
 *
 * @param gva where, sign-extended in long mode
 * @param gpa the page's first guest-physical address
 * @param level of the leaf, 1 to 3
 * @param size of the page in bytes
 * @param leaf the leaf entry; entries of 4 bytes zero-extended
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
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "0x%x -> 0x%x, leaf 0x%x", gva, gpa, leaf);
  }
}
