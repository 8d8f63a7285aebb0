package org.pagestamp.conformance.profile;

import static org.pagestamp.conformance.profile.ProfiledGuest.U;

import java.util.List;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.profile.Profile;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.walk.Access;

/** What a virtual CPU has, and what it does to an address before any table is read. */
final class CpuRows {
  private static final long SUPERVISOR_HALF = 0xFFFF_8000_0000_0000L;
  private static final long LAM_U57 = 1L << 61;
  private static final long TAG = 0x15L << 58;

  private CpuRows() {}

  static List<ProfileRow> all() {
    return List.of(
        ProfileRow.of("D14", "PKS: read of a supervisor page that its key disables", CpuRows::pks)
            .noting("No AMD processor is known to have it; the profile takes what CR4 gets."),
        ProfileRow.of("D16a", "LASS: user read of the supervisor half", CpuRows::lass),
        ProfileRow.of("D16b", "LASS and SMAP: implicit read, AC=1", CpuRows::implicitLass),
        new ProfileRow(
            "D17",
            "LAM: read by a tagged user pointer",
            "Bochs has the bits of CR3 but makes nothing of them; its profile refuses them.",
            CpuRows::lam),
        new ProfileRow(
            "D32",
            "address that is not canonical",
            "Which of the two is the emulator's to know, by the segment; QEMU always raises #GP.",
            CpuRows::nonCanonical));
  }

  private static ProfiledGuest guest(Profile profile, WalkerSubject walkers, long cr4) {
    return ProfiledGuest.of(profile, walkers, new Registers(PagingMode.FOUR_LEVEL, cr4)).start();
  }

  /** Adds a bit to CR4; whether the CPU has it. */
  private static boolean turnsOn(Mmu mmu, long bit) {
    return !mmu.cr4(mmu.cr4() | bit).isRefused();
  }

  private static String pks(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest = guest(profile, walkers, 0)) {
      Mmu mmu = guest.mmu();
      for (int level = 1; level <= 4; level++) {
        guest.clear(level, U);
      }
      boolean has = turnsOn(mmu, Registers.PKS);
      boolean _ = mmu.pkrs(1).isRefused();
      return (has ? "" : "CR4.PKS refused, ")
          + OutcomeText.of(mmu.translate(ProfiledGuest.GVA, Access.READ));
    }
  }

  private static String lass(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest = guest(profile, walkers, 0)) {
      Mmu mmu = guest.mmu();
      boolean has = turnsOn(mmu, Registers.LASS);
      long result = mmu.translate(SUPERVISOR_HALF, Access.READ | Access.USER);
      return (has ? "" : "CR4.LASS refused, ") + OutcomeText.of(result);
    }
  }

  private static String implicitLass(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest = guest(profile, walkers, Registers.SMAP)) {
      Mmu mmu = guest.mmu();
      guest.clear(1, U);
      boolean has = turnsOn(mmu, Registers.LASS);
      long result = mmu.translate(ProfiledGuest.GVA, Access.READ | Access.IMPLICIT | Access.AC);
      return (has ? "" : "CR4.LASS refused, ") + OutcomeText.of(result);
    }
  }

  private static String lam(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest = guest(profile, walkers, 0)) {
      Mmu mmu = guest.mmu();
      boolean _ = mmu.cr3(mmu.cr3() | LAM_U57).isRefused();
      return OutcomeText.of(mmu.translate(ProfiledGuest.GVA | TAG, Access.READ | Access.USER));
    }
  }

  private static String nonCanonical(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest = guest(profile, walkers, 0)) {
      return OutcomeText.of(guest.mmu().translate(1L << 47, Access.READ | Access.USER));
    }
  }
}
