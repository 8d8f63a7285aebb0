package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.AdAction;
import org.pagestamp.walk.Rule;
import org.pagestamp.walk.WalkStep;
import org.pagestamp.walk.WalkTrace;

class ExplainTest {
  private static final int USER_WRITE = 0x6;

  @ParameterizedTest
  @EnumSource(names = {"TWO_LEVEL", "FOUR_LEVEL", "FIVE_LEVEL"})
  void aSuccessTellsEveryEntry(PagingMode mode) {
    TestGuest guest = newGuest(mode);
    WalkTrace trace = guest.explain(Access.WRITE);
    assertEquals(Rule.ALLOWED, trace.rule());
    assertEquals(mode.topLevel(), trace.steps().size());
    for (int level = mode.topLevel(); level > 0; level--) {
      assertEquals(stepInRam(guest, level), trace.steps().get(mode.topLevel() - level));
    }
  }

  /** The step of an entry with P, W and U, below levels with all rights, in a walk for a write. */
  private static WalkStep stepInRam(TestGuest guest, int level) {
    long entry = guest.entry(level);
    return new WalkStep(
        level,
        guest.index(level),
        guest.entryGpa(level),
        level, // slot n is page n
        true,
        entry,
        0,
        true,
        true,
        true,
        AdAction.SET,
        entry | (level == 1 ? TestGuest.A | TestGuest.D : TestGuest.A));
  }

  @Test
  void thePdpteOfPaeIsTheFirstStepWithNoAddress() {
    TestGuest guest = newGuest(PagingMode.PAE);
    List<WalkStep> steps = guest.explain(Access.WRITE).steps();
    assertEquals(3, steps.size());
    assertEquals(
        new WalkStep(3, 2, -1, -1, false, 0x2001, 0, true, true, true, AdAction.NONE, 0x2001),
        steps.getFirst());
    assertEquals(stepInRam(guest, 2), steps.get(1));
    assertEquals(stepInRam(guest, 1), steps.get(2));
  }

  @Test
  void anAbsentPdpteIsTheOnlyStep() {
    WalkTrace trace = newGuest(PagingMode.PAE).entry(3, 0x2000).explain(Access.READ);
    assertEquals(Rule.NOT_PRESENT, trace.rule());
    assertEquals(List.of(3), levels(trace));
    assertEquals(0x2000, trace.steps().getFirst().entry());
  }

  @Test
  void rightsAboveAreThoseOfTheLevelsAbove() {
    WalkTrace trace =
        TestGuest.of(TestGuest.role(PagingMode.FOUR_LEVEL, Control.NXE))
            .clear(4, TestGuest.W)
            .clear(3, TestGuest.U)
            .set(2, TestGuest.NX)
            .explain(Access.READ);
    assertEquals(
        List.of("true true true", "false true true", "false false true", "false false false"),
        trace.steps().stream()
            .map(s -> s.writableAbove() + " " + s.userAbove() + " " + s.executableAbove())
            .toList());
  }

  @Test
  void anAbsentEntryEndsTheSteps() {
    WalkTrace trace =
        newGuest(PagingMode.FOUR_LEVEL).entry(2, -1L & ~TestGuest.P).explain(Access.WRITE);
    assertEquals(Rule.NOT_PRESENT, trace.rule());
    assertEquals(List.of(4, 3, 2), levels(trace));
    assertEquals(0, trace.steps().getLast().reserved(), "not looked at");
    assertNoAction(trace);
  }

  @Test
  void aReservedBitEndsTheStepsAndIsNamed() {
    WalkTrace trace = newGuest(PagingMode.FOUR_LEVEL).set(3, 5L << 46).explain(Access.WRITE);
    assertEquals(Rule.RESERVED_BIT, trace.rule());
    assertEquals(List.of(4, 3), levels(trace));
    assertEquals(5L << 46, trace.steps().getLast().reserved());
    assertNoAction(trace);
  }

  @ParameterizedTest(name = "{0} hole at level {1}")
  @CsvSource({
    "TWO_LEVEL, 2",
    "TWO_LEVEL, 1",
    "PAE, 2",
    "PAE, 1",
    "FOUR_LEVEL, 4",
    "FOUR_LEVEL, 3",
    "FOUR_LEVEL, 1",
    "FIVE_LEVEL, 5",
    "FIVE_LEVEL, 2",
  })
  void aTableInNoSlotIsTheLastStepAndHasNoValue(PagingMode mode, int level) {
    TestGuest guest = newGuest(mode).hole(level);
    WalkTrace trace = guest.explain(Access.WRITE);
    assertEquals(Rule.TABLE_IN_NO_SLOT, trace.rule());
    WalkStep last = trace.steps().getLast();
    assertEquals(
        new WalkStep(
            level,
            guest.index(level),
            guest.entryGpa(level),
            -1,
            false,
            0,
            0,
            true,
            true,
            true,
            AdAction.NONE,
            0),
        last);
    assertEquals(mode.topLevel() - level + 1, trace.steps().size());
    assertNoAction(trace);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 2})
  void rightsAboveAHoleAreToldToo(int level) {
    TestGuest guest = TestGuest.of(TestGuest.role(PagingMode.FOUR_LEVEL, Control.NXE));
    guest.clear(level, TestGuest.W | TestGuest.U).set(level, TestGuest.NX).hole(level - 1);
    WalkStep hole = guest.explain(Access.READ).steps().getLast();
    assertEquals(
        "false false false",
        hole.writableAbove() + " " + hole.userAbove() + " " + hole.executableAbove());
  }

  @ParameterizedTest(name = "{0}: {4}")
  @CsvSource({
    // role, bits cleared and set in the leaf, access, rule
    "WP,   0x4, 0x0, 0x04, SUPERVISOR_PAGE",
    "WP,   0x6, 0x0, 0x06, SUPERVISOR_PAGE",
    "WP,   0x2, 0x0, 0x06, USER_WRITE",
    "WP,   0x2, 0x0, 0x02, WRITE_PROTECT",
    "NXE,  0x0, 0x8000000000000000, 0x14, EXECUTE_DISABLE",
    "SMEP, 0x0, 0x0, 0x10, SMEP",
    "SMAP, 0x0, 0x0, 0x00, SMAP",
    "PKE,  0x0, 0x0, 0x04, PROTECTION_KEY",
  })
  void aMissingRightIsNamed(Control control, String cleared, String set, String access, Rule rule) {
    TestGuest guest = TestGuest.of(TestGuest.role(PagingMode.FOUR_LEVEL, control));
    guest.clear(1, Long.decode(cleared)).set(1, Long.parseUnsignedLong(set.substring(2), 16));
    guest.vcpu().pkru(1);
    WalkTrace trace = guest.explain(Integer.decode(access));
    assertEquals(rule, trace.rule());
    assertEquals(List.of(4, 3, 2, 1), levels(trace));
    assertNoAction(trace);
  }

  @Test
  void aLargePageEndsTheSteps() {
    WalkTrace trace = newGuest(PagingMode.FOUR_LEVEL).entry(2, 0x4000_0087).explain(USER_WRITE);
    assertEquals(List.of(4, 3, 2), levels(trace));
    assertEquals(0x4000_00E7, trace.steps().getLast().entryAfter());
  }

  @Test
  void aReadSetsNoDirtyBit() {
    WalkStep leaf = newGuest(PagingMode.FOUR_LEVEL).explain(Access.READ).steps().getLast();
    assertEquals(AdAction.SET, leaf.adAction());
    assertEquals(leaf.entry() | TestGuest.A, leaf.entryAfter());
  }

  @Test
  void entriesThatHaveTheirBitsNeedNoAction() {
    WalkTrace trace = newGuest(PagingMode.FIVE_LEVEL).usedBefore(1).explain(Access.WRITE);
    assertNoAction(trace);
  }

  @Test
  void aSkippedUpdateLeavesTheEntry() {
    TestGuest guest = newGuest(PagingMode.FOUR_LEVEL).readOnly(1);
    WalkStep leaf = guest.explain(Access.WRITE).steps().getLast();
    assertEquals(AdAction.SKIPPED_READ_ONLY, leaf.adAction());
    assertEquals(leaf.entry(), leaf.entryAfter());
  }

  @Test
  void withoutPagingOrWithoutACanonicalAddressThereAreNoSteps() {
    TestGuest off = newGuest(PagingMode.NO_PAGING);
    assertEquals(Rule.NO_PAGING, off.explain(Access.READ).rule());
    assertEquals(List.of(), off.explain(Access.READ).steps());
    TestGuest guest = newGuest(PagingMode.FOUR_LEVEL);
    WalkTrace trace = guest.walker().explain(guest.vcpu(), 1L << 50, Access.READ);
    assertEquals(Rule.NON_CANONICAL, trace.rule());
    assertEquals(List.of(), trace.steps());
  }

  @Test
  void theTraceRepeatsTheQuestion() {
    TestGuest guest = newGuest(PagingMode.PAE);
    long gva = guest.gva() | 1L << 40;
    WalkTrace trace = guest.walker().explain(guest.vcpu(), gva, USER_WRITE);
    assertEquals(gva, trace.gva());
    assertEquals(USER_WRITE, trace.access());
    assertEquals(guest.walker().role(), trace.role());
    assertEquals(guest.probe(USER_WRITE), trace.result());
    assertTrue(trace.toString().contains("PDPTE register"), trace::toString);
  }

  private static List<Integer> levels(WalkTrace trace) {
    return trace.steps().stream().map(WalkStep::level).toList();
  }

  private static void assertNoAction(WalkTrace trace) {
    for (WalkStep step : trace.steps()) {
      assertEquals(AdAction.NONE, step.adAction());
      assertEquals(step.entry(), step.entryAfter());
    }
  }

  private static TestGuest newGuest(PagingMode mode) {
    return TestGuest.of(TestGuest.role(mode));
  }
}
