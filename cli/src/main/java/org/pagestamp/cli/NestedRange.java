package org.pagestamp.cli;

import org.pagestamp.debug.Mapping;
import org.pagestamp.debug.NestedMapping;
import org.pagestamp.debug.Stage2Mapping;

/**
 * Pages next to each other in all address spaces that are alike.
 *
 * @param gva of the first page; where stage 2 alone is looked at, its gpa
 * @param gpa that the guest's tables lead to
 * @param slotGpa where it is in the slots; -1 if stage 2 maps nothing
 * @param size of all in bytes
 * @param page size of the guest's pages; 0 without any
 * @param stage2Page size of the pages of stage 2; 0 if it maps nothing
 * @param rights of both dimensions
 * @param guestRights of the guest's tables
 * @param stage2Rights of stage 2
 * @param flags accessed, dirty, global of the guest's leaves
 * @param stage2Flags accessed, dirty of the leaves of stage 2
 */
record NestedRange(
    long gva,
    long gpa,
    long slotGpa,
    long size,
    long page,
    long stage2Page,
    String rights,
    String guestRights,
    String stage2Rights,
    String flags,
    String stage2Flags)
    implements JoinedRanges.Range<NestedRange> {
  private static final String NOTHING = "none";
  private static final String FAULT = "rsvd";

  static NestedRange of(NestedMapping mapping) {
    Mapping guest = mapping.guest();
    Stage2Mapping stage2 = mapping.stage2();
    MappedRange guestRange = MappedRange.of(guest);
    return new NestedRange(
        mapping.gva(),
        mapping.gpa(),
        stage2 == null ? -1 : mapping.slotGpa(),
        mapping.size(),
        guest.level() == 0 ? 0 : guest.size(),
        stage2 == null ? 0 : stage2.size(),
        rights(mapping),
        guestRange.rights(),
        stage2 == null ? NOTHING : rights(stage2),
        guestRange.flags(),
        stage2 == null ? "--" : flags(stage2));
  }

  static NestedRange of(Stage2Mapping mapping) {
    return new NestedRange(
        mapping.gpa(),
        mapping.gpa(),
        mapping.slotGpa(),
        mapping.size(),
        0,
        mapping.size(),
        rights(mapping),
        "",
        rights(mapping),
        "",
        flags(mapping));
  }

  private static String rights(NestedMapping mapping) {
    if (mapping.stage2() == null) {
      return NOTHING;
    }
    return mapping.isUnusable()
        ? FAULT
        : (mapping.guest().user() ? "u" : "-")
            + Stage2Text.rights(mapping.readable(), mapping.writable(), mapping.executable());
  }

  /** The last letter: x for all fetches, s for those of the supervisor only, u for the user's. */
  private static String rights(Stage2Mapping mapping) {
    if (mapping.illegal()) {
      return FAULT;
    }
    String execute =
        mapping.executable()
            ? mapping.userExecutable() ? "x" : "s"
            : mapping.userExecutable() ? "u" : "-";
    return (mapping.readable() ? "r" : "-") + (mapping.writable() ? "w" : "-") + execute;
  }

  private static String flags(Stage2Mapping mapping) {
    return (mapping.accessed() ? "A" : "-") + (mapping.dirty() ? "D" : "-");
  }

  @Override
  public boolean isContinuedBy(NestedRange next) {
    boolean slots = slotGpa < 0 ? next.slotGpa < 0 : next.slotGpa == slotGpa + size;
    return slots
        && next.gva == gva + size
        && next.gpa == gpa + size
        && next.page == page
        && next.stage2Page == stage2Page
        && next.rights.equals(rights)
        && next.guestRights.equals(guestRights)
        && next.stage2Rights.equals(stage2Rights)
        && next.flags.equals(flags)
        && next.stage2Flags.equals(stage2Flags);
  }

  @Override
  public NestedRange with(NestedRange next) {
    return new NestedRange(
        gva,
        gpa,
        slotGpa,
        size + next.size,
        page,
        stage2Page,
        rights,
        guestRights,
        stage2Rights,
        flags,
        stage2Flags);
  }
}
