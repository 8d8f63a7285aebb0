package org.pagestamp.conformance.profile;

import static org.pagestamp.conformance.profile.ProfiledGuest.P;
import static org.pagestamp.conformance.profile.ProfiledGuest.PS;

import java.util.List;
import java.util.Locale;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.profile.Profile;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;

/** What the bits of entries mean, and where entries are. */
final class FormatRows {
  private static final long LARGE_PAGE = 0x1_0040_0000L;

  private FormatRows() {}

  static List<ProfileRow> all() {
    return List.of(
        ProfileRow.of(
            "D2", "PDPTE with PS where the processor has no 1-GiB pages", FormatRows::oneGig),
        ProfileRow.of("D3", "bit 5 of a PAE PDPTE, after a read", FormatRows::accessedPdpte),
        ProfileRow.of(
            "D4a",
            "PAE PDPTE with bit 1",
            (profile, walkers) -> reservedInPdpte(profile, walkers, 1L << 1)),
        ProfileRow.of(
            "D4b",
            "PAE PDPTE with bit 52",
            (profile, walkers) -> reservedInPdpte(profile, walkers, 1L << 52)),
        ProfileRow.of("D5a", "PAE PDPTE cleared after the load of CR3", FormatRows::stalePdpte),
        ProfileRow.of(
            "D6a",
            "PSE-36, MAXPHYADDR 52",
            (profile, walkers) -> wideAddresses(profile, walkers, 52)),
        ProfileRow.of(
            "D6b",
            "PSE-36, MAXPHYADDR 38",
            (profile, walkers) -> wideAddresses(profile, walkers, 38)),
        ProfileRow.of(
                "D7a",
                "bit 8 of a PML4E, CPUID of AMD",
                (profile, walkers) -> bit8(profile, walkers, true))
            .noting("Profiles of one maker go by that, whatever CPUID says."),
        ProfileRow.of(
            "D7b",
            "bit 8 of a PML4E, CPUID of Intel",
            (profile, walkers) -> bit8(profile, walkers, false)),
        new ProfileRow(
            "D31",
            "LMA=1 with PAE=0",
            "No processor has it, and no role is made of it. KVM answers with a fault, QEMU walks"
                + " two levels.",
            (profile, _) -> impossibleRegisters(profile)));
  }

  private static String oneGig(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest =
        ProfiledGuest.of(profile, walkers, PagingMode.FOUR_LEVEL)
            .cpu(new CpuFeatures(46, false, false))
            .start()) {
      guest.put(3, ProfiledGuest.P | ProfiledGuest.W | ProfiledGuest.U | ProfiledGuest.A | PS);
      long result = guest.walk(Access.READ);
      return WalkResult.isFault(result)
          ? OutcomeText.of(result)
          : "page of level " + WalkResult.level(result);
    }
  }

  private static String accessedPdpte(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest = ProfiledGuest.of(profile, walkers, PagingMode.PAE).start()) {
      String result = OutcomeText.of(guest.walk(Access.READ));
      boolean set = (guest.entry(3) & ProfiledGuest.A) != 0;
      return result + (set ? ", set in memory" : ", unchanged");
    }
  }

  private static String reservedInPdpte(Profile profile, WalkerSubject walkers, long bit) {
    try (ProfiledGuest guest = ProfiledGuest.of(profile, walkers, PagingMode.PAE).build()) {
      guest.set(3, bit);
      Cr3Load load = guest.loadCr3();
      return load != Cr3Load.LOADED
          ? "#GP at the load of CR3"
          : OutcomeText.of(guest.walk(Access.READ));
    }
  }

  private static String stalePdpte(Profile profile, WalkerSubject walkers) {
    try (ProfiledGuest guest = ProfiledGuest.of(profile, walkers, PagingMode.PAE).start()) {
      guest.clear(3, P);
      return WalkResult.isFault(guest.walk(Access.READ)) ? "memory counts" : "register counts";
    }
  }

  /** Tries bits 21:13 of a 4-MiB page one by one. */
  private static String wideAddresses(Profile profile, WalkerSubject walkers, int maxPhyAddr) {
    Registers pse = new Registers(PagingMode.TWO_LEVEL, Registers.PSE);
    try (ProfiledGuest guest =
        ProfiledGuest.of(profile, walkers, pse).cpu(CpuFeatures.intel(maxPhyAddr)).start()) {
      int width = 32;
      int lowestReserved = 22;
      for (int bit = 21; bit >= 13; bit--) {
        guest.put(2, (LARGE_PAGE & 0xFFC0_0000L) | 1L << bit | 0x67 | PS);
        long result = guest.walk(Access.READ);
        if (WalkResult.isFault(result)) {
          lowestReserved = bit;
        } else {
          width = Math.max(width, 64 - Long.numberOfLeadingZeros(WalkResult.pageGpa(result)));
        }
      }
      return String.format(
          Locale.ROOT,
          "%d bits; %s reserved",
          width,
          lowestReserved == 21 ? "21" : "21:" + lowestReserved);
    }
  }

  private static String bit8(Profile profile, WalkerSubject walkers, boolean amd) {
    try (ProfiledGuest guest =
        ProfiledGuest.of(profile, walkers, PagingMode.FOUR_LEVEL)
            .cpu(new CpuFeatures(46, true, amd))
            .start()) {
      guest.set(4, 1L << 8);
      long result = guest.walk(Access.READ);
      return !WalkResult.isFault(result)
          ? "ignored"
          : WalkResult.faultReason(result) == FaultReason.RESERVED_BIT
              ? "reserved"
              : OutcomeText.of(result);
    }
  }

  private static String impossibleRegisters(Profile profile) {
    try {
      Role role =
          profile.role(Registers.PAGING, 0, Registers.LME | Registers.LMA, CpuFeatures.intel(46));
      return "walked as " + role.mode().label();
    } catch (IllegalArgumentException _) {
      return "refused";
    }
  }
}
