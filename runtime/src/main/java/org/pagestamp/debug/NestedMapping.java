package org.pagestamp.debug;

/**
 * A page of a nested guest, or the part of one that one page of stage 2 holds.
 *
 * @param gva where, sign-extended in long mode
 * @param gpa the first address that the guest's own tables lead to
 * @param size of this part in bytes: of the smaller of both pages
 * @param guest the guest's page
 * @param stage2 the page of stage 2; null where it maps none
 * @param modeOfPage whether the mode of a fetch is that of the page, as in EPT, or of the access
 */
public record NestedMapping(
    long gva, long gpa, long size, Mapping guest, Stage2Mapping stage2, boolean modeOfPage) {
  /** Whether every access fails: a reserved bit, something illegal, or no page of stage 2. */
  public boolean isUnusable() {
    return guest.reserved() || stage2 == null || stage2.illegal();
  }

  /** Where {@link #gpa} is in the slots, if stage 2 maps it. */
  public long slotGpa() {
    return stage2.inSlots(gpa);
  }

  /** Both dimensions allow data reads. */
  public boolean readable() {
    return stage2 != null && stage2.readable();
  }

  /** Both dimensions allow data writes. */
  public boolean writable() {
    return guest.writable() && stage2 != null && stage2.writable();
  }

  /** Both dimensions allow fetches, from some mode at least. */
  public boolean executable() {
    if (!guest.executable() || stage2 == null) {
      return false;
    }
    boolean user = guest.user() && stage2.userExecutable();
    boolean supervisor = (!modeOfPage || !guest.user()) && stage2.executable();
    return user || supervisor;
  }
}
