package org.pagestamp.conformance.profile;

import static org.pagestamp.conformance.profile.OutcomeText.bit;
import static org.pagestamp.conformance.profile.ProfiledGuest.A;
import static org.pagestamp.conformance.profile.ProfiledGuest.D;
import static org.pagestamp.conformance.profile.ProfiledGuest.P;
import static org.pagestamp.conformance.profile.ProfiledGuest.PAGE;
import static org.pagestamp.conformance.profile.ProfiledGuest.W;
import static org.pagestamp.conformance.profile.SecondStages.eitherOf;
import static org.pagestamp.conformance.profile.SecondStages.ept;
import static org.pagestamp.conformance.profile.SecondStages.npt;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.profile.Profile;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.Cr3Load;

/** How a guest's walk uses its second stage. */
final class NestedRows {
  private static final long EPT_W = 1L << 1;
  private static final int QUALIFICATION_LINEAR = 1 << 7;

  private NestedRows() {}

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
    rows.addAll(told());
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
        ProfileRow.of(
                "D35",
                "memory that EPT has read-only, a bit to be set in it",
                NestedRows::overwritten)
            .noting(
                "KVM's walker refuses it, as D22c has it. A comment there says that EPT overwrites"
                    + " it; that can be of memory only that EPT itself maps writable."));
  }

  private static List<ProfileRow> told() {
    return List.of(
        ProfileRow.of(
                "D29", "page marked dirty for A of a PTE, under stage 2", NestedRows::markedFrame)
            .noting("KVM marks the frame that the guest knows; memory changes in another."),
        ProfileRow.of(
            "D37", "bit 7 of the qualification of a load of PDPTEs", NestedRows::loadOfPdptes),
        ProfileRow.of(
                "D38", "address told of a stage-2 fault of the page", NestedRows::faultAddress)
            .noting("KVM's walker translates frames, and tells those."));
  }

  private static String reservedPdpte(Profile profile, WalkerSubject walkers) {
    Stage2Role npt = npt(PagingMode.FOUR_LEVEL);
    if (!profile.has(npt)) {
      return Scenario.NOT_THERE;
    }
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
