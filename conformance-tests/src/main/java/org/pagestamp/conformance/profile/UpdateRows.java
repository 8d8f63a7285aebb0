package org.pagestamp.conformance.profile;

import static org.pagestamp.conformance.profile.ProfiledGuest.A;
import static org.pagestamp.conformance.profile.ProfiledGuest.D;
import static org.pagestamp.conformance.profile.ProfiledGuest.P;
import static org.pagestamp.conformance.profile.ProfiledGuest.U;

import java.util.List;
import java.util.Locale;
import org.pagestamp.conformance.InterferingAccessor;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.profile.Profile;
import org.pagestamp.slot.MemoryAccessor;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/** Accessed and dirty bits, and tables that are not in plain memory. */
final class UpdateRows {
  /** In the upper half of an entry, an address bit. */
  private static final long MOVED = 1L << 40;

  private UpdateRows() {}

  static List<ProfileRow> all() {
    return List.of(
        ProfileRow.of("D9a", "A after a fault: PTE not present", UpdateRows::notPresent)
            .noting("Processors may set A of upper entries; Pagestamp's leave them."),
        ProfileRow.of("D9b", "A after a fault: rights forbid the access", UpdateRows::forbidden),
        ProfileRow.of(
            "D18a",
            "page table in no slot, 4-level paging",
            (profile, walkers) -> hole(profile, walkers, PagingMode.FOUR_LEVEL)),
        ProfileRow.of(
            "D18b",
            "page table in no slot, 2-level paging",
            (profile, walkers) -> hole(profile, walkers, PagingMode.TWO_LEVEL)),
        ProfileRow.of("D19a", "write, A and D clear in a read-only slot", UpdateRows::readOnly)
            .noting("Intel: host with EPT without A and D. AMD: host with NPT."),
        ProfileRow.of("D19b", "write, A and D set in a read-only slot", UpdateRows::readOnlySet),
        ProfileRow.of(
                "D20",
                "upper half of the PTE changed between read and update",
                UpdateRows::contested)
            .noting("After a failed compare-and-set the whole walk starts over, QEMU's too."),
        new ProfileRow(
            "D21",
            "table pages marked dirty by a read, A set",
            "QEMU marks every table page that it reads; Pagestamp marks those that it stores to.",
            UpdateRows::marked),
        new ProfileRow(
            "D30",
            "A set by a translation for the debugger",
            "Debuggers use probe, which stores nothing; KVM's use its walker, as walk does.",
            UpdateRows::debugger));
  }

  private static String notPresent(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest = ProfiledGuest.of(profile, walkers, PagingMode.FOUR_LEVEL).start()) {
      guest.clearAccessedDirty();
      guest.clear(1, P);
      return afterFault(guest, Access.READ | Access.USER);
    }
  }

  private static String forbidden(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest = ProfiledGuest.of(profile, walkers, PagingMode.FOUR_LEVEL).start()) {
      guest.clearAccessedDirty();
      guest.clear(1, U);
      return afterFault(guest, Access.READ | Access.USER);
    }
  }

  private static String afterFault(ProfiledGuest guest, int access) {
    long result = guest.walk(access);
    return WalkResult.isFault(result) ? guest.accessed() : OutcomeText.ALLOWED;
  }

  private static String hole(Profile profile, WalkerSubject walkers, PagingMode mode) {
    try (ProfiledGuest guest = ProfiledGuest.of(profile, walkers, mode).hole(1).start()) {
      long result = guest.walk(Access.READ);
      return WalkResult.isFault(result)
          ? OutcomeText.withReason(result)
          : String.format(Locale.ROOT, "page 0x%x", WalkResult.pageGpa(result));
    }
  }

  private static String readOnly(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest =
        ProfiledGuest.of(profile, walkers, PagingMode.FOUR_LEVEL).readOnly(1).start()) {
      guest.clear(1, A | D);
      long before = guest.entry(1);
      long result = guest.walk(Access.WRITE);
      if (WalkResult.isFault(result)) {
        return OutcomeText.of(result);
      }
      return (guest.entry(1) == before ? "entry kept" : "entry changed")
          + (WalkResult.isDirty(result) ? ", told as dirty" : ", told as clean");
    }
  }

  private static String readOnlySet(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest =
        ProfiledGuest.of(profile, walkers, PagingMode.FOUR_LEVEL).readOnly(1).start()) {
      return OutcomeText.of(guest.walk(Access.WRITE));
    }
  }

  private static String contested(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest =
        ProfiledGuest.of(profile, walkers, PagingMode.FOUR_LEVEL)
            .around(
                accessor -> {
                  boolean[] moved = new boolean[1];
                  return new InterferingAccessor(accessor, gpa -> moveOnce(accessor, gpa, moved));
                })
            .start()) {
      guest.clear(1, A | D);
      long result = guest.walk(Access.READ);
      if (WalkResult.isFault(result)) {
        return OutcomeText.of(result);
      }
      boolean followed = (WalkResult.pageGpa(result) & MOVED) != 0;
      boolean kept = (guest.entry(1) & MOVED) != 0;
      return (followed ? "new page" : "old page") + (kept ? ", change kept" : ", change lost");
    }
  }

  /** Lets the PTE point elsewhere when it is about to be stored for the first time. */
  private static void moveOnce(MemoryAccessor memory, long gpa, boolean[] moved) {
    if (gpa == ProfiledGuest.place(PagingMode.FOUR_LEVEL, 1) && !moved[0]) {
      moved[0] = true;
      memory.putLong(gpa, memory.getLong(gpa) ^ MOVED);
    }
  }

  private static String marked(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest = ProfiledGuest.of(profile, walkers, PagingMode.FOUR_LEVEL).start()) {
      String result = OutcomeText.of(guest.walk(Access.READ));
      long pages = guest.dirtyTables();
      return result + ", " + (pages == 0 ? "none" : pages + " pages");
    }
  }

  private static String debugger(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest = ProfiledGuest.of(profile, walkers, PagingMode.FOUR_LEVEL).start()) {
      guest.clearAccessedDirty();
      String result = OutcomeText.of(guest.probe(Access.READ));
      return result + ", " + guest.accessed();
    }
  }
}
