package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.PdpteAccess;
import org.pagestamp.nested.TableAccess;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.NptOption;
import org.pagestamp.stage2.Stage2Cause;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/** Walks in two dimensions. */
class NestedWalkTest {
  private static final long A = TestGuest.A;
  private static final long D = TestGuest.D;
  private static final long EPT_D = 1L << 9;
  private static final long EPT_W = 2;

  private static NestedGuest guest(Stage2Role stage2, TableAccess access) {
    return new NestedGuest(
        new NestedRole(
            NestedRoles.guest(PagingMode.FOUR_LEVEL), stage2, access, PdpteAccess.LOADED_AS_TABLE));
  }

  private static NestedGuest ept(TableAccess access, EptOption... options) {
    return guest(NestedRoles.ept(EptMode.EPT4, options), access);
  }

  private static NestedGuest pae(Stage2Role stage2, PdpteAccess access) {
    return new NestedGuest(
        new NestedRole(NestedRoles.guest(PagingMode.PAE), stage2, TableAccess.WRITE, access));
  }

  static Iterable<NestedRole> roles() {
    return NestedRoles.all();
  }

  @ParameterizedTest
  @MethodSource("roles")
  void aSuccessTellsBothAddressesAndBothPages(NestedRole role) {
    NestedGuest guest = new NestedGuest(role);
    long result = guest.walk(Access.USER | Access.WRITE);
    assertFalse(NestedResult.isFault(result), () -> NestedResult.toString(result));
    assertEquals(guest.hostPage(0), NestedResult.pageGpa(result));
    assertEquals(guest.gpa(0), guest.state().guestGpa());
    assertEquals(guest.hostPage(0), Stage2Result.pageGpa(guest.state().page()));
    assertEquals(role.guest().mode() == PagingMode.NO_PAGING ? 0 : 1, WalkResult.level(result));
    assertEquals(1, NestedResult.stage2Level(result));
    assertTrue(NestedResult.isWritable(result) && NestedResult.isExecutable(result));
  }

  @ParameterizedTest
  @MethodSource("roles")
  void probesAndObserversAnswerAlikeAndStoreNothing(NestedRole role) {
    NestedGuest guest = new NestedGuest(role);
    assertEquals(Cr3Load.LOADED, guest.loadCr3());
    long[] before = guest.contents();
    long probed = guest.probe(Access.WRITE);
    NestedState observer = NestedState.observer(guest.state());
    long observed = guest.walker().walk(observer, guest.gva(), Access.WRITE);
    assertArrayEquals(before, guest.contents());
    assertEquals(guest.walker().walk(guest.state(), guest.gva(), Access.WRITE), probed);
    assertEquals(probed, observed);
  }

  /** What stage 2 allows of a table, what it is asked for, and the exit qualification or 0. */
  @ParameterizedTest
  @CsvSource({
    "WRITE, 1, 0x8B",
    "WRITE, 0, 0x83",
    "WRITE_TO_UPDATE, 1, 0x8B",
    "WRITE_TO_UPDATE, 0, 0x81",
    "READ, 1, 0",
    "READ, 0, 0x81"
  })
  void aTableThatStage2LetsBeReadOnly(TableAccess access, int rights, String qualification) {
    NestedGuest guest = ept(access);
    guest.stage2Clear(2, 1, 7).stage2Set(2, 1, rights);
    long result = guest.walk(Access.READ);
    assertEquals(
        Integer.decode(qualification),
        NestedResult.isStage2Fault(result) ? Stage2Result.qualification(result) : 0);
    if (NestedResult.isFault(result)) {
      assertEquals(2, Stage2Result.guestLevel(result));
      assertEquals(guest.gpa(2), guest.state().stage2().gpa());
    }
  }

  @Test
  void aTableWhoseBitsAreSetNeedsNoWriteWhereItIsAskedForToUpdate() {
    NestedGuest guest = ept(TableAccess.WRITE_TO_UPDATE);
    guest.stage2Clear(2, 1, EPT_W);
    guest.guestEntry(2, guest.guestEntry(2) | A);
    assertFalse(NestedResult.isFault(guest.walk(Access.WRITE)));
    assertEquals(A, guest.guestEntry(3) & A);
  }

  @Test
  void entriesAboveTheOneThatIsRefusedKeepTheBitsTheyGot() {
    NestedGuest guest = ept(TableAccess.WRITE_TO_UPDATE);
    guest.stage2Clear(2, 1, EPT_W);
    guest.walk(Access.WRITE);
    assertEquals(A, guest.guestEntry(4) & A);
    assertEquals(A, guest.guestEntry(3) & A);
    assertEquals(0, guest.guestEntry(2) & A);
    assertEquals(0, guest.guestEntry(1) & (A | D));
  }

  @Test
  void tablesGetDirtyInStage2OnlyIfTheyAreAskedForWriting() {
    NestedGuest asWrite = ept(TableAccess.WRITE, EptOption.ACCESSED_DIRTY);
    asWrite.walk(Access.READ);
    assertEquals(EPT_D, asWrite.stage2Entry(3, 1) & EPT_D);
    assertEquals(0, asWrite.stage2Entry(0, 1) & EPT_D);
    NestedGuest asRead = ept(TableAccess.READ, EptOption.ACCESSED_DIRTY);
    asRead.walk(Access.READ);
    assertEquals(0, asRead.stage2Entry(3, 1) & EPT_D);
  }

  @Test
  void theGuestsRightsComeBeforeThePageInStage2() {
    NestedGuest guest = ept(TableAccess.WRITE);
    guest.guestEntry(1, guest.guestEntry(1) & ~TestGuest.W).stage2Entry(0, 1, 0);
    long result = guest.walk(Access.USER | Access.WRITE);
    assertFalse(NestedResult.isStage2Fault(result));
    assertEquals(0x7, WalkResult.errorCode(result));
  }

  @Test
  void theGuestsBitsAreSetOnlyOnceStage2HasThePage() {
    NestedGuest guest = ept(TableAccess.WRITE, EptOption.ACCESSED_DIRTY).stage2Entry(0, 1, 0);
    assertTrue(NestedResult.isStage2Fault(guest.walk(Access.WRITE)));
    for (int level = 1; level <= 4; level++) {
      assertEquals(0, guest.guestEntry(level) & (A | D));
      assertEquals(EPT_D, guest.stage2Entry(level, 1) & EPT_D);
    }
  }

  @Test
  void theTranslatedFrameIsMarkedDirtyAndDecidesWhetherItIsWritable() {
    NestedGuest guest = ept(TableAccess.WRITE);
    guest.readOnly(guest.hostPage(3)).readOnly(guest.hostPage(1));
    long result = guest.walk(Access.WRITE);
    assertTrue(WalkResult.isCleanWrite(result));
    assertEquals(Set.of(guest.hostPage(4), guest.hostPage(2)), guest.dirtyPages());
    assertEquals(0, guest.guestEntry(3) & A);
    assertEquals(0, guest.guestEntry(1) & (A | D));
    assertEquals(A, guest.guestEntry(2) & A);
  }

  @Test
  void tablesOfStage2InReadOnlySlotsKeepTheirBits() {
    NestedGuest guest = ept(TableAccess.WRITE, EptOption.ACCESSED_DIRTY);
    for (int level = 0; level <= 4; level++) {
      for (int number = 1; number <= 4; number++) {
        guest.readOnly(guest.stage2Gpa(level, number));
      }
    }
    long result = guest.walk(Access.WRITE);
    assertFalse(NestedResult.isFault(result));
    assertTrue(Stage2Result.isCleanWrite(guest.state().page()));
    assertEquals(0, guest.stage2Entry(0, 1) & EPT_D);
    assertEquals(A | D, guest.guestEntry(1) & (A | D));
  }

  @Test
  void aTranslatedTableInNoSlotIsThePageFaultOfTheGuest() {
    NestedGuest guest = ept(TableAccess.WRITE);
    guest.hole(guest.hostPage(2));
    long result = guest.walk(Access.USER | Access.READ);
    assertFalse(NestedResult.isStage2Fault(result));
    assertEquals(FaultReason.TABLE_IN_NO_SLOT, WalkResult.faultReason(result));
    assertEquals(0x4, WalkResult.errorCode(result));
  }

  @Test
  void writesAreWithheldUntilBothDimensionsAreDirty() {
    NestedGuest guest = ept(TableAccess.WRITE, EptOption.ACCESSED_DIRTY);
    guest.guestEntry(1, guest.guestEntry(1) | D);
    long read = guest.walk(Access.READ);
    assertFalse(WalkResult.isWriteWithheld(read));
    assertFalse(NestedResult.isWritable(read));
    assertTrue(NestedResult.isWritable(guest.walk(Access.WRITE)));
    assertTrue(NestedResult.isWritable(guest.walk(Access.READ)));
  }

  @Test
  void withModeBasedExecuteTheModeOfAFetchIsThatOfThePage() {
    NestedGuest guest =
        ept(TableAccess.WRITE, EptOption.MODE_BASED_EXECUTE).stage2Clear(0, 1, 1 << 10);
    assertEquals(0x18C | 0x30, Stage2Result.qualification(guest.walk(Access.FETCH)));
    guest.guestEntry(2, guest.guestEntry(2) & ~TestGuest.U);
    assertFalse(NestedResult.isFault(guest.walk(Access.FETCH)));
  }

  @Test
  void withGmetTheModeOfAFetchIsThatOfTheAccess() {
    NestedGuest guest =
        guest(NestedRoles.npt(PagingMode.FOUR_LEVEL, NptOption.GMET), TableAccess.WRITE);
    assertEquals(0x1_0000_0015L, Stage2Result.exitInfo1(guest.walk(Access.FETCH)));
    assertFalse(NestedResult.isFault(guest.walk(Access.FETCH | Access.USER)));
  }

  @Test
  void advancedInformationTellsWhatTheGuestsTablesSay() {
    NestedGuest guest = ept(TableAccess.WRITE, EptOption.ADVANCED_INFO).stage2Clear(0, 1, EPT_W);
    assertEquals(0x600 | 0x1AA, Stage2Result.qualification(guest.walk(Access.WRITE)));
    guest.guestEntry(2, (guest.guestEntry(2) & ~TestGuest.U) | TestGuest.NX);
    assertEquals(0xC00 | 0x1AA, Stage2Result.qualification(guest.walk(Access.WRITE)));
    guest.stage2Entry(3, 1, 0);
    assertEquals(0x83, Stage2Result.qualification(guest.walk(Access.WRITE)));
  }

  @Test
  void pdptesAreLoadedThroughStage2() {
    NestedGuest guest = pae(NestedRoles.ept(EptMode.EPT4), PdpteAccess.LOADED_AS_TABLE);
    guest.stage2Clear(3, 1, EPT_W);
    assertEquals(Cr3Load.STAGE2_FAULT, guest.loadCr3());
    assertEquals(0x83 | 0x28, Stage2Result.qualification(guest.state().page()));
    assertEquals(guest.frame(3), guest.state().stage2().gpa());
    assertEquals(0, guest.state().guest().cr3());
  }

  @Test
  void aProcessorLoadsPdptesByAReadOfNoLinearAddress() {
    NestedGuest guest = pae(NestedRoles.ept(EptMode.EPT4), PdpteAccess.LOADED_BY_READ);
    guest.stage2Clear(3, 1, EPT_W);
    assertEquals(Cr3Load.LOADED, guest.loadCr3());
    guest.stage2Clear(3, 1, 7);
    assertEquals(Cr3Load.STAGE2_FAULT, guest.loadCr3());
    assertEquals(0x1, Stage2Result.qualification(guest.state().page()));
  }

  @Test
  void anObserversLoadOfPdptesStoresNothing() {
    NestedGuest guest =
        pae(NestedRoles.ept(EptMode.EPT4, EptOption.ACCESSED_DIRTY), PdpteAccess.LOADED_AS_TABLE);
    long[] before = guest.contents();
    NestedState observer = NestedState.observer(guest.state());
    assertEquals(Cr3Load.LOADED, guest.walker().loadCr3(observer, guest.frame(3)));
    assertArrayEquals(before, guest.contents());
    assertEquals(guest.guestEntry(3), observer.guest().pdpte(2));
    assertEquals(Cr3Load.LOADED, guest.loadCr3());
    assertEquals(EPT_D, guest.stage2Entry(3, 1) & EPT_D);
  }

  @Test
  void loadedPdptesDoNotFollowMemory() {
    NestedGuest guest = pae(NestedRoles.ept(EptMode.EPT4), PdpteAccess.LOADED_AS_TABLE);
    assertEquals(Cr3Load.LOADED, guest.loadCr3());
    guest.guestEntry(3, 0);
    assertFalse(NestedResult.isFault(guest.walker().walk(guest.state(), guest.gva(), Access.READ)));
  }

  @Test
  void pdptesInWalkAreReadAndCheckedEachTimeAndKeepBitFive() {
    NestedGuest guest = pae(NestedRoles.npt(PagingMode.FOUR_LEVEL), PdpteAccess.IN_WALK);
    assertFalse(NestedResult.isFault(guest.walk(Access.WRITE)));
    assertEquals(0, guest.guestEntry(3) & A);
    guest.guestEntry(3, guest.guestEntry(3) | A);
    long reserved = guest.walk(Access.WRITE);
    assertEquals(0xB, WalkResult.errorCode(reserved));
    assertEquals(3, WalkResult.faultLevel(reserved));
    guest.guestEntry(3, 0);
    assertEquals(0x2, WalkResult.errorCode(guest.walk(Access.WRITE)));
    guest.stage2Entry(3, 1, 0);
    assertEquals(0x2_0000_0006L, Stage2Result.exitInfo1(guest.walk(Access.WRITE)));
  }

  @Test
  void anEntryOfTheGuestThatChangesRestartsTheWalk() {
    NestedGuest guest = ept(TableAccess.WRITE);
    guest.record().beforeUpdate(2, () -> guest.guestEntry(2, 0));
    long result = guest.walk(Access.READ);
    assertEquals(FaultReason.NOT_PRESENT, WalkResult.faultReason(result));
    assertEquals(2, WalkResult.faultLevel(result));
    assertEquals(A, guest.guestEntry(4) & A);
  }

  @Test
  void aWalkGivesUpAfterSoManyTriesInBothDimensions() {
    NestedGuest guest = ept(TableAccess.WRITE, EptOption.ACCESSED_DIRTY);
    RecordingMemory memory = guest.record();
    memory.beforeEveryUpdate(
        () -> guest.stage2Entry(0, 1, other(guest.stage2Entry(0, 1), memory.updates().size())));
    long result = guest.walk(Access.WRITE);
    assertTrue(NestedResult.isStage2Fault(result), () -> NestedResult.toString(result));
    assertEquals(Stage2Cause.UPDATE_CONTENDED, Stage2Result.cause(result));
    assertEquals(0x182, Stage2Result.qualification(result));
    assertTrue(memory.updates().size() < Walker.MAX_TRIES + 40);
  }

  @Test
  void triesOfTheGuestsTablesCountAsWell() {
    NestedGuest guest = ept(TableAccess.WRITE, EptOption.ACCESSED_DIRTY);
    RecordingMemory memory = guest.record();
    memory.beforeEveryUpdate(
        () -> guest.guestEntry(4, other(guest.guestEntry(4), memory.updates().size())));
    long result = guest.walk(Access.WRITE);
    assertEquals(FaultReason.UPDATE_CONTENDED, WalkResult.faultReason(result));
    assertEquals(0x2, WalkResult.errorCode(result));
    assertTrue(memory.updates().size() < Walker.MAX_TRIES + 40);
  }

  /** The entry with other ignored bits. */
  private static long other(long entry, long number) {
    return (entry & ~(0x7FFL << 52)) | (number << 52);
  }
}
