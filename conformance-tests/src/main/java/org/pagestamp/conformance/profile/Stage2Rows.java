package org.pagestamp.conformance.profile;

import static org.pagestamp.conformance.profile.ProfiledGuest.A;
import static org.pagestamp.conformance.profile.ProfiledGuest.D;
import static org.pagestamp.conformance.profile.ProfiledGuest.P;
import static org.pagestamp.conformance.profile.ProfiledGuest.PAGE;
import static org.pagestamp.conformance.profile.ProfiledGuest.W;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.profile.Profile;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptOption;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.Cr3Load;

/** EPT and NPT by themselves, and how the guest's walk uses them. */
final class Stage2Rows {
  private static final long EPT_R = 1L;
  private static final long EPT_W = 1L << 1;
  private static final long EPT_X = 1L << 2;
  private static final long EPT_XU = 1L << 10;
  private static final int QUALIFICATION_USER_EXECUTE = 1 << 6;
  private static final int QUALIFICATION_LINEAR = 1 << 7;
  private static final int INFO1_FETCH = 1 << 4;
  private static final int INFO1_RESERVED = 1 << 3;

  private Stage2Rows() {}

  static List<ProfileRow> all() {
    List<ProfileRow> rows = new ArrayList<>();
    rows.add(
        ProfileRow.of(
            "D4c",
            "PAE PDPTE with bit 52, under NPT",
            (profile, walkers) -> reservedPdpte(profile, walkers)));
    rows.add(
        ProfileRow.of(
                "D5b",
                "PAE PDPTE cleared after the load of CR3, under NPT",
                (profile, walkers) -> stalePdpte(profile, walkers, npt(PagingMode.FOUR_LEVEL)))
            .noting("KVM reads its registers anew after an exit where NPT is in use."));
    rows.add(
        ProfileRow.of(
            "D5c",
            "PAE PDPTE cleared after the load of CR3, under EPT",
            (profile, walkers) -> stalePdpte(profile, walkers, ept(EptMode.EPT4))));
    rows.add(
        ProfileRow.of(
            "D12a",
            "A and D of the PTE of a write that EPT refuses",
            (profile, walkers) ->
                leafAfterRefusal(profile, walkers, ept(EptMode.EPT4, EptOption.ACCESSED_DIRTY))));
    rows.add(
        ProfileRow.of(
            "D12b",
            "A and D of the PTE of a write that NPT refuses",
            (profile, walkers) -> leafAfterRefusal(profile, walkers, npt(PagingMode.FOUR_LEVEL))));
    rows.addAll(tableAccesses());
    rows.addAll(formats());
    rows.addAll(reports());
    return rows;
  }

  private static List<ProfileRow> tableAccesses() {
    return List.of(
        ProfileRow.of(
            "D22a",
            "guest's table that EPT has read-only, its bits set, EPT with A and D",
            (profile, walkers) -> readOnlyTable(profile, walkers, true, EptOption.ACCESSED_DIRTY)),
        ProfileRow.of(
            "D22b",
            "guest's table that EPT has read-only, its bits set, EPT without A and D",
            (profile, walkers) -> readOnlyTable(profile, walkers, true)),
        ProfileRow.of(
            "D22c",
            "guest's table that EPT has read-only, its bits clear, EPT without A and D",
            (profile, walkers) -> readOnlyTable(profile, walkers, false)),
        new ProfileRow(
            "D35",
            "memory that EPT has read-only, a bit to be set in it",
            "A comment of KVM says that EPT overwrites it; that can be of memory only that EPT"
                + " itself maps writable.",
            Stage2Rows::overwritten));
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
            (profile, walkers) -> fetchTold(profile, walkers, NptOption.FETCH_REPORTED)),
        new ProfileRow(
            "D29",
            "page marked dirty for A of a PTE, under stage 2",
            "KVM marks the frame that the guest knows, which is another page.",
            Stage2Rows::markedFrame),
        ProfileRow.of(
            "D37", "bit 7 of the qualification of a load of PDPTEs", Stage2Rows::loadOfPdptes),
        new ProfileRow(
            "D38",
            "address told of a stage-2 fault of the page",
            "KVM's walker translates frames, and tells those; Pagestamp the byte.",
            Stage2Rows::faultAddress));
  }

  private static EptRole ept(EptMode mode, EptOption... options) {
    Set<EptOption> all = EnumSet.of(EptOption.TWO_MEG_PAGES);
    all.addAll(List.of(options));
    return new EptRole(mode, 52, all);
  }

  private static NptRole npt(PagingMode host, NptOption... options) {
    return NptRole.of(Role.of(host, CpuFeatures.intel(52), Control.NXE), options);
  }

  /** The second stage that every profile has one of. */
  private static Stage2Role eitherOf(Profile profile) {
    Stage2Role ept = ept(EptMode.EPT4);
    return profile.has(ept) ? ept : npt(PagingMode.FOUR_LEVEL);
  }

  private static String reservedPdpte(Profile profile, WalkerSubject walkers) {
    Stage2Role npt = npt(PagingMode.FOUR_LEVEL);
    if (!profile.has(npt)) {
      return Scenario.NOT_THERE;
    }
    // Narrower than any entry: the guest's MAXPHYADDR is 52.
    try (ProfiledNested guest = new ProfiledNested(profile, walkers, PagingMode.PAE, npt)) {
      guest.put(3, guest.entry(3) | 1L << 52);
      return guest.loadCr3() != Cr3Load.LOADED
          ? "#GP at the load of CR3"
          : OutcomeText.of(guest.walk(Access.READ));
    }
  }

  private static String stalePdpte(Profile profile, WalkerSubject walkers, Stage2Role stage2) {
    if (!profile.has(stage2)) {
      return Scenario.NOT_THERE;
    }
    try (ProfiledNested guest =
        new ProfiledNested(profile, walkers, PagingMode.PAE, stage2).start()) {
      guest.clear(3, P);
      return NestedResult.isFault(guest.walk(Access.READ)) ? "memory counts" : "register counts";
    }
  }

  private static String leafAfterRefusal(
      Profile profile, WalkerSubject walkers, Stage2Role stage2) {
    if (!profile.has(stage2)) {
      return Scenario.NOT_THERE;
    }
    try (ProfiledNested guest =
        new ProfiledNested(profile, walkers, PagingMode.FOUR_LEVEL, stage2).start()) {
      guest.clear(1, A | D);
      guest.clearLeaf(PAGE, W); // the same bit in EPT
      if (!NestedResult.isStage2Fault(guest.walk(Access.WRITE))) {
        return OutcomeText.ALLOWED;
      }
      return switch ((int) (guest.entry(1) & (A | D))) {
        case 0 -> "clear";
        case (int) A -> "A set";
        default -> "A and D set";
      };
    }
  }

  private static String readOnlyTable(
      Profile profile, WalkerSubject walkers, boolean bitsSet, EptOption... options) {
    Stage2Role ept = ept(EptMode.EPT4, options);
    if (!profile.has(ept)) {
      return Scenario.NOT_THERE;
    }
    try (ProfiledNested guest =
        new ProfiledNested(profile, walkers, PagingMode.FOUR_LEVEL, ept).start()) {
      guest.clearLeaf(ProfiledGuest.table(1), EPT_W);
      if (!bitsSet) {
        guest.clear(1, A | D);
      }
      return OutcomeText.of(guest.walk(Access.READ));
    }
  }

  private static String overwritten(Profile profile, WalkerSubject walkers) {
    Stage2Role ept = ept(EptMode.EPT4);
    if (!profile.has(ept)) {
      return Scenario.NOT_THERE;
    }
    try (ProfiledNested guest =
        new ProfiledNested(profile, walkers, PagingMode.FOUR_LEVEL, ept).start()) {
      guest.clearLeaf(ProfiledGuest.table(1), EPT_W);
      guest.clear(1, A | D);
      boolean faults = NestedResult.isStage2Fault(guest.walk(Access.READ));
      boolean kept = (guest.entry(1) & A) == 0;
      return (faults ? "fault" : OutcomeText.ALLOWED) + (kept ? ", kept" : ", overwritten");
    }
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

  private static String bit(int code, int mask) {
    String number = String.valueOf(Integer.numberOfTrailingZeros(mask));
    return "bit " + number + ((code & mask) != 0 ? " set" : " clear");
  }

  private static String markedFrame(Profile profile, WalkerSubject walkers) {
    try (ProfiledNested guest =
        new ProfiledNested(profile, walkers, PagingMode.FOUR_LEVEL, eitherOf(profile)).start()) {
      guest.clear(1, A);
      String result = OutcomeText.of(guest.walk(Access.READ));
      boolean translated = guest.frames(true).isDirty(1);
      boolean untranslated = guest.frames(false).isDirty(1);
      return result
          + (translated ? ", translated frame" : "")
          + (untranslated ? ", untranslated frame" : "");
    }
  }

  private static String loadOfPdptes(Profile profile, WalkerSubject walkers) {
    Stage2Role ept = ept(EptMode.EPT4);
    if (!profile.has(ept)) {
      return Scenario.NOT_THERE;
    }
    try (ProfiledNested guest = new ProfiledNested(profile, walkers, PagingMode.PAE, ept)) {
      guest.clearLeaf(ProfiledGuest.table(3), -1L);
      Cr3Load load = guest.loadCr3();
      return load == Cr3Load.STAGE2_FAULT
          ? bit(Stage2Result.qualification(guest.state().page()), QUALIFICATION_LINEAR)
          : load.toString();
    }
  }

  private static String faultAddress(Profile profile, WalkerSubject walkers) {
    try (ProfiledNested guest =
        new ProfiledNested(profile, walkers, PagingMode.FOUR_LEVEL, eitherOf(profile)).start()) {
      guest.clearLeaf(PAGE, -1L);
      long result = guest.walk(Access.READ);
      if (!NestedResult.isStage2Fault(result)) {
        return OutcomeText.of(result);
      }
      long told = guest.state().stage2().gpa();
      return told == (PAGE | (ProfiledGuest.GVA & 0xFFF))
          ? "the byte"
          : told == PAGE ? "its page" : "another";
    }
  }
}
