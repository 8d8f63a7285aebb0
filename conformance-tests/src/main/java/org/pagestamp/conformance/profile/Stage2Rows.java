package org.pagestamp.conformance.profile;

import static org.pagestamp.conformance.profile.OutcomeText.bit;
import static org.pagestamp.conformance.profile.ProfiledGuest.P;
import static org.pagestamp.conformance.profile.ProfiledGuest.PAGE;
import static org.pagestamp.conformance.profile.SecondStages.ept;
import static org.pagestamp.conformance.profile.SecondStages.npt;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.profile.Profile;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.NptOption;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.walk.Access;

/** EPT and NPT by themselves: formats, and what is told of their faults. */
final class Stage2Rows {
  private static final long EPT_R = 1L;
  private static final long EPT_W = 1L << 1;
  private static final long EPT_X = 1L << 2;
  private static final long EPT_XU = 1L << 10;
  private static final int QUALIFICATION_USER_EXECUTE = 1 << 6;
  private static final int INFO1_FETCH = 1 << 4;
  private static final int INFO1_RESERVED = 1 << 3;

  private Stage2Rows() {}

  static List<ProfileRow> all() {
    List<ProfileRow> rows = new ArrayList<>(formats());
    rows.addAll(reports());
    return rows;
  }

  private static List<ProfileRow> formats() {
    return List.of(
        ProfileRow.of("D23", "levels of EPT", Stage2Rows::levelsOfEpt),
        ProfileRow.of(
            "D24a",
            "fetch, EPT allows X alone, processor without that",
            (profile, walkers) -> executeOnly(profile, walkers, EPT_X)),
        ProfileRow.of(
            "D24b",
            "user fetch, EPT allows bit 10 alone (MBEC), processor without that",
            (profile, walkers) ->
                executeOnly(profile, walkers, EPT_XU, EptOption.MODE_BASED_EXECUTE)),
        new ProfileRow(
            "D26",
            "levels of NPT, guest of 5, host of 4",
            "A role of NPT names the host's mode. Who follows Bochs names the guest's there.",
            Stage2Rows::levelsOfNpt),
        ProfileRow.of(
            "D27a",
            "nested PDPTE of a PAE host with bit 1",
            (profile, walkers) -> nestedPdpte(profile, walkers, 1L << 1)),
        new ProfileRow(
            "D27b",
            "nested PDPTE of a PAE host with bit 52",
            "EXITINFO1 has P with RSVD in all profiles; D1 may hold for QEMU's here too.",
            (profile, walkers) -> nestedPdpte(profile, walkers, 1L << 52)),
        ProfileRow.of(
            "D33a",
            "guest-physical address beyond the 48 bits of EPT",
            (profile, walkers) -> wideGpa(profile, walkers, ept(EptMode.EPT4))),
        ProfileRow.of(
            "D33b",
            "guest-physical address beyond the 48 bits of NPT",
            (profile, walkers) -> wideGpa(profile, walkers, npt(PagingMode.FOUR_LEVEL))));
  }

  private static List<ProfileRow> reports() {
    return List.of(
        new ProfileRow(
            "D25",
            "bit 6 of the qualification of a refused write, MBEC, bit 10 set",
            "Bochs tells it of fetches only; its profile of all accesses.",
            Stage2Rows::userExecuteTold),
        ProfileRow.of(
            "D28a",
            "EXITINFO1 of a fetch, host without NXE and SMEP",
            (profile, walkers) -> fetchTold(profile, walkers)),
        ProfileRow.of(
            "D28b",
            "EXITINFO1 of a fetch, host without NXE, with SMEP",
            (profile, walkers) -> fetchTold(profile, walkers, NptOption.FETCH_REPORTED)));
  }

  private static String levelsOfEpt(Profile profile, WalkerSubject walkers) {
    List<String> levels = new ArrayList<>();
    for (EptMode mode : EptMode.values()) {
      if (profile.has(ept(mode))) {
        try (ProfiledNested guest =
            new ProfiledNested(profile, walkers, PagingMode.FOUR_LEVEL, ept(mode)).start()) {
          if (!NestedResult.isFault(guest.walk(Access.READ))) {
            levels.add(String.valueOf(mode.levels().size()));
          }
        }
      }
    }
    return levels.isEmpty() ? "none" : String.join(", ", levels);
  }

  private static String executeOnly(
      Profile profile, WalkerSubject walkers, long right, EptOption... options) {
    Stage2Role ept = ept(EptMode.EPT4, options);
    if (!profile.has(ept)) {
      return Scenario.NOT_THERE;
    }
    try (ProfiledNested guest =
        new ProfiledNested(profile, walkers, PagingMode.FOUR_LEVEL, ept).start()) {
      guest.clearLeaf(PAGE, (EPT_R | EPT_W | EPT_X | EPT_XU) & ~right);
      return OutcomeText.of(guest.walk(Access.FETCH | Access.USER));
    }
  }

  private static String levelsOfNpt(Profile profile, WalkerSubject walkers) {
    Stage2Role npt = npt(PagingMode.FOUR_LEVEL);
    if (!profile.has(npt)) {
      return Scenario.NOT_THERE;
    }
    try (ProfiledNested guest =
        new ProfiledNested(profile, walkers, PagingMode.FIVE_LEVEL, npt).start()) {
      // Five levels would take the page of the guest for a table, and find nothing in it.
      return NestedResult.isFault(guest.walk(Access.READ)) ? "others" : "the host's";
    }
  }

  private static String nestedPdpte(Profile profile, WalkerSubject walkers, long bit) {
    Stage2Role npt = npt(PagingMode.PAE);
    if (!profile.has(npt)) {
      return Scenario.NOT_THERE;
    }
    try (ProfiledNested guest =
        new ProfiledNested(profile, walkers, PagingMode.FOUR_LEVEL, npt).start()) {
      long pdpte = ProfiledNested.stage2Table(3);
      guest.putStage2(pdpte, guest.stage2Entry(pdpte) | bit);
      long result = guest.walk(Access.READ);
      if (!NestedResult.isStage2Fault(result)) {
        return OutcomeText.of(result);
      }
      boolean reserved = (Stage2Result.exitInfo1(result) & INFO1_RESERVED) != 0;
      return reserved ? "#NPF RSVD" : "#NPF";
    }
  }

  private static String wideGpa(Profile profile, WalkerSubject walkers, Stage2Role stage2) {
    if (!profile.has(stage2)) {
      return Scenario.NOT_THERE;
    }
    try (ProfiledNested guest =
        new ProfiledNested(profile, walkers, PagingMode.FOUR_LEVEL, stage2).start()) {
      guest.put(1, guest.entry(1) | 1L << 48);
      long result = guest.walk(Access.READ);
      return NestedResult.isFault(result) ? OutcomeText.of(result) : "bits ignored";
    }
  }

  private static String userExecuteTold(Profile profile, WalkerSubject walkers) {
    Stage2Role ept = ept(EptMode.EPT4, EptOption.MODE_BASED_EXECUTE);
    if (!profile.has(ept)) {
      return Scenario.NOT_THERE;
    }
    try (ProfiledNested guest =
        new ProfiledNested(profile, walkers, PagingMode.FOUR_LEVEL, ept).start()) {
      guest.clearLeaf(PAGE, EPT_W);
      long result = guest.walk(Access.WRITE);
      return NestedResult.isStage2Fault(result)
          ? bit(Stage2Result.qualification(result), QUALIFICATION_USER_EXECUTE)
          : OutcomeText.of(result);
    }
  }

  private static String fetchTold(Profile profile, WalkerSubject walkers, NptOption... options) {
    Role host = Role.of(PagingMode.FOUR_LEVEL, CpuFeatures.intel(52));
    Stage2Role npt = NptRole.of(host, options);
    if (!profile.has(npt)) {
      return Scenario.NOT_THERE;
    }
    try (ProfiledNested guest =
        new ProfiledNested(profile, walkers, PagingMode.FOUR_LEVEL, npt).start()) {
      guest.clearLeaf(PAGE, P);
      long result = guest.walk(Access.FETCH);
      return NestedResult.isStage2Fault(result)
          ? bit((int) Stage2Result.exitInfo1(result), INFO1_FETCH)
          : OutcomeText.of(result);
    }
  }
}
