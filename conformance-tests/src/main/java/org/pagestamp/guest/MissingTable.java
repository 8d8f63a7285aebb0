package org.pagestamp.guest;

import java.util.Locale;

/**
 * A page table that the guest has but the files lack.
 *
 * @param level of the table, 1 to 5
 * @param gpa where the table is
 * @param gva the first address that it translates, sign-extended in long mode
 */
public record MissingTable(int level, long gpa, long gva) {
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "page table not in this dump: level %d, gpa 0x%x, for addresses from gva 0x%x",
        level,
        gpa,
        gva);
  }
}
