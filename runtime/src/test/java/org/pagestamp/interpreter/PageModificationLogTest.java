package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.PageModificationLog;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Cause;
import org.pagestamp.stage2.Stage2Fault;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2State;
import org.pagestamp.stage2.Stage2Trace;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.AdAction;
import org.pagestamp.walk.Cr3Load;

/** Page-modification logging. */
class PageModificationLogTest {
  private static final int READ = Stage2Access.READ;
  private static final int WRITE = Stage2Access.WRITE;
  private static final int FULL = 0xFFFF;
  private static final long ACCESSED = 1 << 8;
  private static final long DIRTY = 1 << 9;

  private final Stage2State state = new Stage2State();

  private static NestedGuest guest(EptOption... more) {
    EptOption[] options = new EptOption[more.length + 2];
    options[0] = EptOption.ACCESSED_DIRTY;
    options[1] = EptOption.PAGE_MODIFICATION_LOGGING;
    System.arraycopy(more, 0, options, 2, more.length);
    return new NestedGuest(
        NestedRole.kvm(
            NestedRoles.guest(PagingMode.FOUR_LEVEL), NestedRoles.ept(EptMode.EPT4, options)));
  }

  private InterpretedStage2Walker walker(NestedGuest guest) {
    return new InterpretedStage2Walker(guest.walker().role().stage2(), guest.layout());
  }

  /** Walks stage 2 alone for the page; the log is where the page is. */
  private long walk(NestedGuest guest, int access, int index) {
    state.pml().set(guest.hostPage(0), index);
    return walker(guest).walk(state, guest.gpa(0), access);
  }

  private static long logged(NestedGuest guest, int index) {
    return guest.load(guest.hostPage(0) + 8L * index, 8);
  }

  private static boolean has(NestedGuest guest, int level, long bits) {
    return (guest.stage2Entry(0, level) & bits) != 0;
  }

  @Test
  void aWriteThatMakesThePageDirtyIsLogged() {
    NestedGuest guest = guest();
    assertFalse(Stage2Result.isFault(walk(guest, WRITE, 511)));
    assertEquals(guest.gpa(0) & -0x1000L, logged(guest, 511));
    assertEquals(510, state.pml().index());
    assertTrue(has(guest, 1, DIRTY));
  }

  @Test
  void aPageThatIsDirtyOrReadIsNotLogged() {
    NestedGuest guest = guest();
    assertFalse(Stage2Result.isFault(walk(guest, READ, 511)));
    assertEquals(511, state.pml().index());
    guest.stage2Set(0, 1, DIRTY);
    assertFalse(Stage2Result.isFault(walk(guest, WRITE, 511)));
    assertEquals(511, state.pml().index());
  }

  @Test
  void theLastEntryFillsTheLog() {
    assertFalse(Stage2Result.isFault(walk(guest(), WRITE, 0)));
    assertEquals(FULL, state.pml().index());
  }

  @ParameterizedTest
  @ValueSource(ints = {512, FULL})
  void aFullLogEndsTheWalkAndThePageStaysClean(int index) {
    NestedGuest guest = guest();
    long result = walk(guest, WRITE, index);
    assertEquals(Stage2Fault.PML_FULL, Stage2Result.fault(result));
    assertEquals(Stage2Cause.PML_FULL, Stage2Result.cause(result));
    assertEquals(1, Stage2Result.faultLevel(result));
    assertEquals(guest.gpa(0), state.gpa());
    assertEquals(index, state.pml().index());
    assertFalse(has(guest, 1, ACCESSED | DIRTY));
  }

  /** KVM sets bits from the root down and asks for the log at the leaf. */
  @Test
  void theLevelsAboveHaveBeenAccessedByThen() {
    NestedGuest guest = guest();
    long _ = walk(guest, WRITE, FULL);
    assertTrue(has(guest, 4, ACCESSED) && has(guest, 3, ACCESSED) && has(guest, 2, ACCESSED));
    guest.stage2Clear(0, 4, ACCESSED);
    Stage2Trace trace = walker(guest).explain(state, guest.gpa(0), WRITE);
    assertEquals(AdAction.SET, trace.steps().getFirst().adAction());
    assertEquals(AdAction.NONE, trace.steps().getLast().adAction());
  }

  @Test
  void processorsFindAFullLogBeforeTheySetABit() {
    NestedGuest guest = guest(EptOption.PML_CHECKED_FOR_ANY_BIT);
    assertEquals(Stage2Fault.PML_FULL, Stage2Result.fault(walk(guest, READ, FULL)));
    for (int level = 1; level <= 4; level++) {
      assertFalse(has(guest, level, ACCESSED | DIRTY), "level " + level);
      guest.stage2Set(0, level, ACCESSED);
    }
    assertFalse(Stage2Result.isFault(walk(guest, READ, FULL)), "nothing to set");
    assertTrue(Stage2Result.isFault(walk(guest, WRITE, FULL)), "D to set");
  }

  @Test
  void bochsFindsAFullLogThoughThereIsNothingToSet() {
    NestedGuest guest = guest(EptOption.PML_ALWAYS_CHECKED);
    for (int level = 1; level <= 4; level++) {
      guest.stage2Set(0, level, ACCESSED | DIRTY);
    }
    assertEquals(Stage2Fault.PML_FULL, Stage2Result.fault(walk(guest, READ, FULL)));
    assertFalse(Stage2Result.isFault(walk(guest, READ, 511)));
  }

  /** KVM's order: "set dirty" comes before the slot is asked. */
  @Test
  void aLeafInAReadOnlySlotIsLoggedThoughItStaysClean() {
    NestedGuest guest = guest();
    guest.readOnly(guest.stage2Gpa(0, 1) & -0x1000L);
    assertTrue(Stage2Result.isCleanWrite(walk(guest, WRITE, 511)));
    assertEquals(510, state.pml().index());
    assertFalse(has(guest, 1, DIRTY));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLogThatCannotBeWrittenKeepsItsIndex(boolean hole) {
    NestedGuest guest = guest();
    if (hole) {
      guest.hole(guest.hostPage(0));
    } else {
      guest.readOnly(guest.hostPage(0));
    }
    assertFalse(Stage2Result.isFault(walk(guest, WRITE, 511)));
    assertEquals(511, state.pml().index());
    assertTrue(has(guest, 1, DIRTY));
  }

  @Test
  void probesAndObserversAnswerAlikeAndLogNothing() {
    NestedGuest guest = guest();
    state.pml().set(guest.hostPage(0), FULL);
    long probed = walker(guest).probe(state, guest.gpa(0), WRITE);
    assertEquals(Stage2Fault.PML_FULL, Stage2Result.fault(probed));
    state.pml().set(guest.hostPage(0), 511);
    assertFalse(Stage2Result.isFault(walker(guest).probe(state, guest.gpa(0), WRITE)));
    assertEquals(511, state.pml().index());
    assertEquals(0, logged(guest, 511));
  }

  /** A table of the guest is dirty from reading it: four tables and the page. */
  @ParameterizedTest
  @CsvSource({"0, 4", "1, 3", "2, 2", "3, 1", "4, 0"})
  void inTwoDimensionsTheLogRunsFullAtAnyWalk(int left, int guestLevel) {
    NestedGuest guest = guest();
    guest.state().stage2().pml().set(guest.hostPage(0), left == 0 ? FULL : left - 1);
    assertEquals(Cr3Load.LOADED, guest.loadCr3());
    long probed = guest.probe(Access.WRITE);
    long result = guest.walk(Access.WRITE);
    assertEquals(Stage2Fault.PML_FULL, Stage2Result.fault(result));
    assertEquals(guestLevel, Stage2Result.guestLevel(result));
    assertEquals(guest.gpa(guestLevel), guest.state().stage2().gpa());
    assertEquals(result, probed);
  }

  @Test
  void inTwoDimensionsEachPageIsLoggedOnce() {
    NestedGuest guest = guest();
    guest.state().stage2().pml().set(guest.hostPage(0), 511);
    assertFalse(NestedResult.isFault(guest.walk(Access.WRITE)));
    for (int i = 0; i <= 4; i++) {
      assertEquals(guest.gpa(4 - i) & -0x1000L, logged(guest, 511 - i));
    }
    assertEquals(506, guest.state().stage2().pml().index());
    assertFalse(NestedResult.isFault(guest.walk(Access.WRITE)));
    assertEquals(506, guest.state().stage2().pml().index());
  }

  @Test
  void aNewLogIsFull() {
    assertTrue(state.pml().isFull());
  }

  @ParameterizedTest
  @CsvSource({"0x1001, 0", "-0x1000, 0", "0x1000, -1", "0x1000, 65536"})
  void whatNoProcessorTakesIsRefused(String address, int index) {
    PageModificationLog log = state.pml();
    assertThrows(IllegalArgumentException.class, () -> log.set(Long.decode(address), index));
  }

  @ParameterizedTest
  @EnumSource(EptMode.class)
  void optionsWithoutEffectDoNotTellRolesApart(EptMode mode) {
    EptOption log = EptOption.PAGE_MODIFICATION_LOGGING;
    EptOption any = EptOption.PML_CHECKED_FOR_ANY_BIT;
    EptOption always = EptOption.PML_ALWAYS_CHECKED;
    EptOption dirty = EptOption.ACCESSED_DIRTY;
    assertEquals(EptRole.of(mode, 46), EptRole.of(mode, 46, log, any, always));
    assertEquals(EptRole.of(mode, 46, dirty), EptRole.of(mode, 46, dirty, any, always));
    assertEquals(
        EptRole.of(mode, 46, dirty, log, always), EptRole.of(mode, 46, dirty, log, any, always));
  }
}
