package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.choice.Choices;
import org.pagestamp.choice.HoleContent;
import org.pagestamp.choice.PdpteSource;
import org.pagestamp.choice.ReadOnlyTables;
import org.pagestamp.choice.UpdateTiming;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedStep;
import org.pagestamp.nested.NestedTrace;
import org.pagestamp.profile.Profile;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.AdAction;
import org.pagestamp.walk.WalkStep;
import org.pagestamp.walk.WalkTrace;

/** What explained walks tell of accessed and dirty bits is what becomes of them, as chosen. */
class ExplainChoicesTest {
  /** What is wrong with a guest's tables, if anything. */
  private enum Trouble {
    NONE,
    NOT_PRESENT,
    NO_SLOT,
    READ_ONLY,
    NO_RIGHT
  }

  static List<Choices> choices() {
    List<Choices> all = new ArrayList<>();
    for (UpdateTiming timing : UpdateTiming.values()) {
      for (ReadOnlyTables readOnly : ReadOnlyTables.values()) {
        for (HoleContent holes : HoleContent.values()) {
          all.add(Choices.of(timing, readOnly, holes, PdpteSource.MEMORY));
        }
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("choices")
  void everyStepTellsTheEntryAsTheWalkLeavesIt(Choices choices) {
    int compared = 0;
    for (PagingMode mode : List.of(PagingMode.TWO_LEVEL, PagingMode.PAE, PagingMode.FOUR_LEVEL)) {
      for (Trouble trouble : Trouble.values()) {
        for (int level = mode.topLevel(); level > 0; level--) {
          for (int access : new int[] {Access.READ, Access.WRITE | Access.USER}) {
            TestGuest guest = troubled(mode, choices, trouble, level);
            WalkTrace trace = guest.explain(access);
            assertEquals(trace.result(), guest.walk(access), trace::toString);
            for (WalkStep step : trace.steps()) {
              if (step.slot() >= 0) {
                assertEquals(step.entryAfter(), guest.entry(step.level()), trace::toString);
                compared++;
              }
            }
          }
        }
      }
    }
    assertTrue(compared > 100, compared + " compared");
  }

  private static TestGuest troubled(PagingMode mode, Choices choices, Trouble trouble, int level) {
    TestGuest guest = TestGuest.of(role(mode, choices));
    return switch (trouble) {
      case NONE -> guest;
      case NOT_PRESENT -> guest.clear(level, TestGuest.P);
      case NO_SLOT -> guest.hole(level);
      case READ_ONLY -> guest.readOnly(level);
      case NO_RIGHT -> guest.clear(level, TestGuest.W | TestGuest.U);
    };
  }

  private static Role role(PagingMode mode, Choices choices) {
    return Role.of(mode, CpuFeatures.intel(46), choices, Control.WP);
  }

  /** Was told to set D as well, as if the lowest entry were a page's. */
  @Test
  void anEagerWriteThatFindsNoTableSetsNoDirtyBitInTheEntryAbove() {
    Choices eager = Choices.of(UpdateTiming.EAGER);
    TestGuest guest = TestGuest.of(role(PagingMode.FOUR_LEVEL, eager)).hole(2);
    WalkStep above = guest.explain(Access.WRITE).steps().get(1);
    assertEquals(AdAction.SET, above.adAction());
    assertEquals(guest.entry(3) | TestGuest.A, above.entryAfter());
  }

  /** Was told the same in two dimensions, where QEMU's nested walks come to it. */
  @Test
  void aNestedWriteThatStageTwoStopsAtATableSetsNoDirtyBitInTheEntryAbove() {
    Role role = Profile.QEMU.role(PagingMode.FOUR_LEVEL, CpuFeatures.intel(46), Control.WP);
    NestedRole nested = Profile.QEMU.nested(role, NestedRoles.npt(PagingMode.FOUR_LEVEL));
    NestedGuest guest = new NestedGuest(nested);
    guest.stage2Clear(2, 1, TestGuest.P);
    guest.loadCr3();
    NestedTrace trace = guest.walker().explain(guest.state(), guest.gva(), Access.WRITE);
    List<NestedStep> steps = trace.steps();
    assertEquals(3, steps.size());
    for (int i = 0; i < 2; i++) {
      WalkStep above = steps.get(i).entry();
      assertEquals(AdAction.SET, above.adAction());
      assertEquals(guest.guestEntry(above.level()) | TestGuest.A, above.entryAfter());
    }
  }

  /** What stage 2 decides has no reason of the guest's own tables. */
  @Test
  void aWalkThatMayBeRefusedByASlotIsToldWhereStageTwoStopsIt() {
    Role role = Profile.INTEL.role(PagingMode.FOUR_LEVEL, CpuFeatures.intel(46), Control.WP);
    NestedRole nested = Profile.INTEL.nested(role, NestedRoles.ept(EptMode.EPT4));
    NestedGuest guest = new NestedGuest(nested);
    guest.stage2Entry(0, 1, 0);
    guest.loadCr3();
    NestedTrace trace = guest.walker().explain(guest.state(), guest.gva(), Access.WRITE);
    assertTrue(NestedResult.isStage2Fault(trace.result()));
    assertEquals(5, trace.steps().size());
    assertEquals(AdAction.NONE, trace.steps().getFirst().entry().adAction());
  }

  @Test
  void aSlotThatRefusesBitsIsToldInTwoDimensions() {
    Role role = Profile.INTEL.role(PagingMode.FOUR_LEVEL, CpuFeatures.intel(46), Control.WP);
    NestedRole nested = Profile.INTEL.nested(role, NestedRoles.ept(EptMode.EPT4));
    NestedGuest guest = new NestedGuest(nested);
    guest.readOnly(guest.hostPage(3));
    guest.loadCr3();
    NestedTrace trace = guest.walker().explain(guest.state(), guest.gva(), Access.WRITE);
    assertEquals(
        List.of(AdAction.SET, AdAction.REFUSED, AdAction.NONE, AdAction.NONE),
        trace.steps().stream()
            .filter(step -> step.entry() != null)
            .map(step -> step.entry().adAction())
            .toList());
  }

  /** The bits of a PDPTE in the places of W and U were taken for rights. */
  @Test
  void aTableInNoSlotBelowAPdpteInMemoryHasAllRightsAboveIt() {
    Choices inMemory = Choices.of(PdpteSource.MEMORY);
    WalkTrace trace = TestGuest.of(role(PagingMode.PAE, inMemory)).hole(2).explain(Access.READ);
    WalkStep hole = trace.steps().getLast();
    assertEquals(2, hole.level());
    assertTrue(hole.writableAbove() && hole.userAbove() && hole.executableAbove(), hole::toString);
  }

  @Test
  void aPdpteInMemoryGetsItsAccessedBit() {
    Role qemu = Profile.QEMU.role(PagingMode.PAE, CpuFeatures.intel(46), Control.WP);
    WalkTrace trace = TestGuest.of(qemu).explain(Access.READ);
    WalkStep pdpte = trace.steps().getFirst();
    assertEquals(3, pdpte.level());
    assertEquals(AdAction.SET, pdpte.adAction());
    assertEquals(0x2021, pdpte.entryAfter());
  }

  @ParameterizedTest
  @EnumSource(names = {"INTEL", "AMD", "QEMU", "BOCHS", "KVM"})
  void whatBecomesOfBitsInAReadOnlySlotIsTold(Profile profile) {
    Role role = profile.role(PagingMode.FOUR_LEVEL, CpuFeatures.intel(46), Control.WP);
    WalkTrace trace = TestGuest.of(role).readOnly(3).explain(Access.WRITE);
    List<AdAction> told = trace.steps().stream().map(WalkStep::adAction).toList();
    assertEquals(
        switch (profile) {
          case KVM -> List.of(AdAction.SET, AdAction.SKIPPED_READ_ONLY, AdAction.SET, AdAction.SET);
          case INTEL -> List.of(AdAction.SET, AdAction.REFUSED, AdAction.NONE, AdAction.NONE);
          case AMD -> List.of(AdAction.NONE, AdAction.NONE);
          case QEMU, BOCHS -> List.of(AdAction.SET, AdAction.DISCARDED, AdAction.SET, AdAction.SET);
        },
        told);
  }
}
