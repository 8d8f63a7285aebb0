package org.pagestamp.cli;

import java.util.Set;
import java.util.stream.Collectors;
import org.pagestamp.debug.Mapping;
import org.pagestamp.guest.SlotKind;
import org.pagestamp.mode.EntryBits;

/**
 * Pages next to each other in both address spaces that are alike.
 *
 * @param size of all in bytes
 * @param page size of each in bytes
 * @param rights such as {@code ur-x}, or {@code rsvd} where a reserved bit makes any access fault
 * @param flags A, D and G of the leaves, such as {@code AD-}
 * @param kinds what the pages lie in
 */
record MappedRange(
    long gva, long gpa, long size, long page, String rights, String flags, Set<SlotKind> kinds)
    implements JoinedRanges.Range<MappedRange> {
  /** A range of one page; what it lies in is still to be found out. */
  static MappedRange of(Mapping mapping) {
    return new MappedRange(
        mapping.gva(),
        mapping.gpa(),
        mapping.size(),
        mapping.size(),
        rights(mapping),
        flags(mapping.leaf()),
        Set.of());
  }

  private static String rights(Mapping mapping) {
    return mapping.reserved()
        ? "rsvd"
        : (mapping.user() ? "ur" : "-r")
            + (mapping.writable() ? "w" : "-")
            + (mapping.executable() ? "x" : "-");
  }

  private static String flags(long leaf) {
    return ((leaf & EntryBits.A) != 0 ? "A" : "-")
        + ((leaf & EntryBits.D) != 0 ? "D" : "-")
        + ((leaf & EntryBits.G) != 0 ? "G" : "-");
  }

  /** What pages lie in plays no part in it. */
  @Override
  public boolean isContinuedBy(MappedRange next) {
    return next.gva == gva + size
        && next.gpa == gpa + size
        && next.page == page
        && next.rights.equals(rights)
        && next.flags.equals(flags);
  }

  @Override
  public MappedRange with(MappedRange next) {
    return new MappedRange(gva, gpa, size + next.size, page, rights, flags, kinds);
  }

  MappedRange in(Set<SlotKind> found) {
    return new MappedRange(gva, gpa, size, page, rights, flags, found);
  }

  long pages() {
    return size / page;
  }

  /** For example {@code ram+hole}. */
  String kindLabel() {
    return kinds.stream().map(SlotKind::label).collect(Collectors.joining("+"));
  }
}
