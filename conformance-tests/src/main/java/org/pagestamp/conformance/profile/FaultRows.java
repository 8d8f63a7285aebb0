package org.pagestamp.conformance.profile;

import static org.pagestamp.conformance.profile.ProfiledGuest.A;
import static org.pagestamp.conformance.profile.ProfiledGuest.D;
import static org.pagestamp.conformance.profile.ProfiledGuest.P;
import static org.pagestamp.conformance.profile.ProfiledGuest.PAGE;
import static org.pagestamp.conformance.profile.ProfiledGuest.U;

import java.util.List;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.profile.Profile;
import org.pagestamp.walk.Access;

/** What a page fault tells, and which accesses are one. */
final class FaultRows {
  private static final long KEY_1 = 1L << 59;
  private static final int NO_ACCESS_BY_KEY_1 = 1 << 2;

  private FaultRows() {}

  static List<ProfileRow> all() {
    return List.of(
        ProfileRow.of("D1", "error code for a reserved bit", FaultRows::reservedBit),
        ProfileRow.of(
            "D8", "I/D of a fetch, 2-level paging, NXE=1, SMEP=0", FaultRows::fetchInTwoLevels),
        ProfileRow.of(
            "D10a",
            "PK where rights fail too: user write, read-only user page",
            FaultRows::keyOfReadOnlyPage),
        ProfileRow.of(
                "D10b",
                "PK where rights fail too: user read, supervisor page",
                FaultRows::keyOfSupervisorPage)
            .noting("The key is disabled in PKRU and in IA32_PKRS; KVM has no PKRS."),
        ProfileRow.of(
            "D11",
            "supervisor leaf under user directories: does PKRU forbid it?",
            FaultRows::whichKeyRegister),
        ProfileRow.of(
            "D13a",
            "SMAP, implicit access at CPL 3, AC=1",
            (profile, walkers) -> implicitAccess(profile, walkers, 3)),
        ProfileRow.of(
                "D13b",
                "SMAP, implicit access at CPL 0, AC=1",
                (profile, walkers) -> implicitAccess(profile, walkers, 0))
            .noting(
                "An access has no CPL: ImplicitSmap.heedsAc says whether to call it implicit."));
  }

  private static String reservedBit(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest = ProfiledGuest.of(profile, walkers, PagingMode.FOUR_LEVEL).start()) {
      guest.set(1, 1L << 50);
      return OutcomeText.of(guest.walk(Access.READ));
    }
  }

  private static String fetchInTwoLevels(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest = ProfiledGuest.of(profile, walkers, PagingMode.TWO_LEVEL).start()) {
      guest.clear(1, P);
      return OutcomeText.of(guest.walk(Access.FETCH | Access.USER));
    }
  }

  private static ProfiledGuest withKeys(Profile profile, WalkerSubject walkers) {
    Registers keys = new Registers(PagingMode.FOUR_LEVEL, Registers.PKE | Registers.PKS);
    return ProfiledGuest.of(profile, walkers, keys).start();
  }

  private static String keyOfReadOnlyPage(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest = withKeys(profile, walkers)) {
      guest.vcpu().pkru(NO_ACCESS_BY_KEY_1);
      guest.put(1, PAGE | KEY_1 | P | U | A | D);
      return OutcomeText.of(guest.walk(Access.WRITE | Access.USER));
    }
  }

  private static String keyOfSupervisorPage(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest = withKeys(profile, walkers)) {
      guest.vcpu().pkru(NO_ACCESS_BY_KEY_1);
      guest.vcpu().pkrs(NO_ACCESS_BY_KEY_1);
      guest.set(1, KEY_1);
      for (int level = 1; level <= 4; level++) {
        guest.clear(level, U);
      }
      return OutcomeText.of(guest.walk(Access.READ | Access.USER));
    }
  }

  private static String whichKeyRegister(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest = withKeys(profile, walkers)) {
      guest.vcpu().pkru(NO_ACCESS_BY_KEY_1);
      guest.set(1, KEY_1);
      guest.clear(1, U);
      return OutcomeText.of(guest.walk(Access.READ));
    }
  }

  private static String implicitAccess(Profile profile, WalkerSubject walkers, int cpl) {
    Registers smap = new Registers(PagingMode.FOUR_LEVEL, Registers.SMAP);
    try (ProfiledGuest guest = ProfiledGuest.of(profile, walkers, smap).start()) {
      boolean freed = cpl < 3 && guest.role().choices().smap().heedsAc(cpl);
      return OutcomeText.of(guest.walk(freed ? Access.AC : Access.AC | Access.IMPLICIT));
    }
  }
}
