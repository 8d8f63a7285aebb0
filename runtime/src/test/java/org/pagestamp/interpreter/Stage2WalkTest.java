package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.NptOption;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Cause;
import org.pagestamp.stage2.Stage2Fault;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.stage2.Stage2State;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/** Walks of stage 2 alone. */
class Stage2WalkTest {
  private static final int READ = Stage2Access.READ;
  private static final int WRITE = Stage2Access.WRITE;
  private static final int FETCH = Stage2Access.FETCH;

  private final Stage2State state = new Stage2State();

  private static NestedGuest guest(Stage2Role stage2) {
    return new NestedGuest(NestedRole.kvm(NestedRoles.guest(PagingMode.FOUR_LEVEL), stage2));
  }

  private static NestedGuest ept(EptOption... options) {
    return guest(NestedRoles.ept(EptMode.EPT4, options));
  }

  private static InterpretedStage2Walker walker(NestedGuest guest) {
    return new InterpretedStage2Walker(guest.walker().role().stage2(), guest.layout());
  }

  private long walk(NestedGuest guest, int access) {
    return walker(guest).walk(state, guest.gpa(0), access);
  }

  static Iterable<Stage2Role> formats() {
    return NestedRoles.stage2();
  }

  @ParameterizedTest
  @MethodSource("formats")
  void allRightsTranslateEveryAccess(Stage2Role format) {
    for (int access : new int[] {READ, WRITE, FETCH, READ | WRITE}) {
      NestedGuest guest = guest(format);
      long result = walk(guest, access);
      assertFalse(Stage2Result.isFault(result), () -> Stage2Result.toString(result));
      assertEquals(guest.hostPage(0) | 0x9A8, Stage2Result.gpa(result, guest.gpa(0)));
      assertEquals(1, Stage2Result.level(result));
      assertTrue(
          Stage2Result.isReadable(result)
              && Stage2Result.isWritable(result)
              && Stage2Result.isExecutable(result)
              && Stage2Result.isUserExecutable(result));
    }
  }

  /** Bits 2:0 of the leaf, and the exit qualification of each access, or -1, or -2. */
  @ParameterizedTest
  @CsvSource({
    "1, -1, 0xA, 0xC",
    "3, -1, -1, 0x1C",
    "4, 0x21, 0x22, -1",
    "5, -1, 0x2A, -1",
    "2, -2, -2, -2",
    "6, -2, -2, -2",
    "0, 0x1, 0x2, 0x4"
  })
  void rightsOfTheLeafByAccess(int rights, String read, String write, String fetch) {
    int[] accesses = {READ, WRITE, FETCH};
    String[] expected = {read, write, fetch};
    for (int i = 0; i < 3; i++) {
      NestedGuest guest = ept(EptOption.EXECUTE_ONLY).stage2Clear(0, 1, 7).stage2Set(0, 1, rights);
      assertEquals(expected[i], outcome(walk(guest, accesses[i])), "access " + i);
    }
  }

  private static String outcome(long result) {
    if (!Stage2Result.isFault(result)) {
      return "-1";
    }
    return Stage2Result.fault(result) == Stage2Fault.EPT_MISCONFIGURATION
        ? "-2"
        : "0x" + Integer.toHexString(Stage2Result.qualification(result)).toUpperCase(Locale.ROOT);
  }

  @Test
  void executeOnlyIsAMisconfigurationWithoutSupport() {
    NestedGuest guest = ept().stage2Clear(0, 1, 3);
    assertEquals(Stage2Fault.EPT_MISCONFIGURATION, Stage2Result.fault(walk(guest, FETCH)));
  }

  @Test
  void aMisconfigurationBelowBeatsMissingRightsAbove() {
    NestedGuest guest = ept().stage2Clear(0, 4, 2).stage2Set(0, 1, 0x38);
    assertEquals(Stage2Fault.EPT_MISCONFIGURATION, Stage2Result.fault(walk(guest, WRITE)));
  }

  @Test
  void anAbsentEntryAboveBeatsAMisconfigurationBelow() {
    NestedGuest guest = ept().stage2Set(0, 1, 0x38).stage2Clear(0, 3, 7);
    long result = walk(guest, READ);
    assertEquals(Stage2Fault.EPT_VIOLATION, Stage2Result.fault(result));
    assertEquals(3, Stage2Result.faultLevel(result));
    assertEquals(1, Stage2Result.qualification(result));
    assertEquals(guest.gpa(0), state.gpa());
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 9, 11, 52, 57, 58, 60, 61, 62, 63, 10})
  void ignoredBitsChangeNothing(int bit) {
    for (int level = 1; level <= 4; level++) {
      NestedGuest guest = ept();
      long plain = walk(guest, WRITE);
      guest.stage2Set(0, level, 1L << bit);
      assertEquals(plain, walk(guest, WRITE));
    }
  }

  @Test
  void modeBasedExecuteAsksForTheBitOfTheMode() {
    NestedGuest guest = ept(EptOption.MODE_BASED_EXECUTE, EptOption.EXECUTE_ONLY);
    guest.stage2Clear(0, 1, 4);
    assertFalse(Stage2Result.isFault(walk(guest, FETCH | Stage2Access.USER)));
    long refused = walk(guest, FETCH);
    assertEquals(0x40 | 0x18 | 4, Stage2Result.qualification(refused));
    guest.stage2Set(0, 1, 4).stage2Clear(0, 1, 1 << 10);
    assertFalse(Stage2Result.isFault(walk(guest, FETCH)));
    assertEquals(0x38 | 4, Stage2Result.qualification(walk(guest, FETCH | Stage2Access.USER)));
  }

  @Test
  void accessedAndDirtyAreSetOnlyIfEptpSaysSo() {
    NestedGuest with = ept(EptOption.ACCESSED_DIRTY);
    long read = walk(with, READ);
    assertTrue(Stage2Result.isAccessed(read) && Stage2Result.isWriteWithheld(read));
    assertEquals(0x100, with.stage2Entry(0, 1) & 0x300);
    assertTrue(Stage2Result.isDirty(walk(with, WRITE)));
    assertEquals(0x300, with.stage2Entry(0, 1) & 0x300);
    for (int level = 2; level <= 4; level++) {
      assertEquals(0x100, with.stage2Entry(0, level) & 0x300, "level " + level);
    }
    NestedGuest without = ept();
    long[] before = without.contents();
    long written = walk(without, WRITE);
    assertFalse(Stage2Result.isDirty(written) || Stage2Result.isWriteWithheld(written));
    assertFalse(Stage2Result.isWriteWithheld(walk(without, READ)));
    assertArrayEquals(before, without.contents());
  }

  @Test
  void aTableInAReadOnlySlotKeepsItsBitsAndTheOthersGetTheirs() {
    NestedGuest guest = ept(EptOption.ACCESSED_DIRTY);
    for (int level = 1; level <= 3; level += 2) {
      guest.readOnly(guest.stage2Gpa(0, level));
    }
    InterpretedStage2Walker walker = walker(guest);
    long result = walker.walk(state, guest.gpa(0), WRITE);
    assertTrue(Stage2Result.isCleanWrite(result) && Stage2Result.isWritable(result));
    assertEquals(0x037, guest.stage2Entry(0, 1) & 0x3FF);
    assertEquals(0x107, guest.stage2Entry(0, 2) & 0x3FF);
    assertEquals(0x007, guest.stage2Entry(0, 3) & 0x3FF);
    assertEquals(0x107, guest.stage2Entry(0, 4) & 0x3FF);
    Set<Long> dirty = new TreeSet<>();
    walker.layout().slots().stream()
        .filter(slot -> slot.dirtyLog().isDirty(0))
        .forEach(slot -> dirty.add(slot.baseGpa()));
    assertEquals(Set.of(0L, guest.stage2Gpa(0, 2) & ~0xFFFL), dirty);
  }

  @ParameterizedTest
  @MethodSource("formats")
  void aTableInNoSlotIsNotPresent(Stage2Role format) {
    NestedGuest guest = guest(format);
    guest.hole(guest.stage2Gpa(0, 1));
    long result = walk(guest, READ | Stage2Access.FINAL);
    assertTrue(Stage2Result.isFault(result));
    assertEquals(Stage2Cause.TABLE_IN_NO_SLOT, Stage2Result.cause(result));
    if (Stage2Result.fault(result) == Stage2Fault.EPT_VIOLATION) {
      assertEquals(0x181, Stage2Result.qualification(result));
    } else {
      assertEquals(0x1_0000_0004L, Stage2Result.exitInfo1(result));
    }
  }

  @ParameterizedTest
  @MethodSource("formats")
  void anAddressThatNoLevelHoldsIsNotPresent(Stage2Role format) {
    NestedGuest guest = guest(format);
    long gpa = guest.gpa(0) | 1L << format.format().gpaBits();
    long result = walker(guest).walk(state, gpa, READ);
    assertTrue(Stage2Result.isFault(result));
    assertEquals(Stage2Cause.GPA_TOO_WIDE, Stage2Result.cause(result));
    assertEquals(gpa, state.gpa());
  }

  /** Bits set and cleared in the leaf, access, EXITINFO1 (kvm-unit-tests, svm_npt.c). */
  @ParameterizedTest
  @CsvSource({
    "0, 1, READ, 0x100000004",
    "0x8000000000000000, 0, FETCH, 0x100000015",
    "0, 4, READ, 0x100000005",
    "0, 2, WRITE, 0x100000007",
    "0, 2, TABLE, 0x200000007",
  })
  void exitInfoOfNestedPageFaults(String set, String clear, String access, String info) {
    NestedGuest guest = guest(NestedRoles.npt(PagingMode.FOUR_LEVEL));
    guest.stage2Set(0, 1, Long.parseUnsignedLong(set.replace("0x", ""), 16));
    guest.stage2Clear(0, 1, Long.decode(clear));
    int bits =
        switch (access) {
          case "READ" -> READ | Stage2Access.FINAL;
          case "WRITE" -> WRITE | Stage2Access.FINAL;
          case "FETCH" -> FETCH | Stage2Access.FINAL;
          default -> READ | WRITE | Stage2Access.TABLE;
        };
    assertEquals(Long.decode(info), Stage2Result.exitInfo1(walk(guest, bits)));
  }

  @ParameterizedTest
  @CsvSource({"true, 0x20000000F", "false, 0x10000000D"})
  void reservedBitsOfTheNestedPml4e(boolean table, String info) {
    NestedGuest guest = guest(NestedRoles.npt(PagingMode.FOUR_LEVEL)).stage2Set(0, 4, 1 << 8);
    int access = table ? READ | WRITE | Stage2Access.TABLE : READ | Stage2Access.FINAL;
    assertEquals(Long.decode(info), Stage2Result.exitInfo1(walk(guest, access)));
  }

  @Test
  void aHostWithoutNxReportsNoFetch() {
    CpuFeatures amd = new CpuFeatures(48, true, true);
    NestedGuest guest = guest(NptRole.of(Role.of(PagingMode.FOUR_LEVEL, amd)));
    guest.stage2Clear(0, 1, 1);
    assertEquals(0x1_0000_0004L, Stage2Result.exitInfo1(walk(guest, FETCH | Stage2Access.FINAL)));
  }

  @Test
  void gmetTellsModesApart() {
    NestedGuest guest = guest(NestedRoles.npt(PagingMode.FOUR_LEVEL, NptOption.GMET));
    assertEquals(0x1_0000_0015L, Stage2Result.exitInfo1(walk(guest, FETCH | Stage2Access.FINAL)));
    assertFalse(Stage2Result.isFault(walk(guest, FETCH | Stage2Access.USER)));
    guest.stage2Clear(0, 1, 4);
    assertFalse(Stage2Result.isFault(walk(guest, FETCH)));
    assertFalse(Stage2Result.isFault(walk(guest, WRITE)));
  }

  @Test
  void reservedBitsOfNestedPdptesAreSeenUnlessUnchecked() {
    NestedGuest checked = guest(NestedRoles.npt(PagingMode.PAE)).stage2Set(0, 3, 1 << 5);
    assertEquals(0x1_0000_000DL, Stage2Result.exitInfo1(walk(checked, READ | Stage2Access.FINAL)));
    NestedGuest unchecked =
        guest(NestedRoles.npt(PagingMode.PAE, NptOption.PDPTES_UNCHECKED)).stage2Set(0, 3, 1 << 5);
    assertFalse(Stage2Result.isFault(walk(unchecked, READ)));
  }

  @Test
  void anEntryThatChangesRestartsTheWalk() {
    NestedGuest guest = ept(EptOption.ACCESSED_DIRTY);
    RecordingMemory memory = guest.record().beforeUpdate(4, () -> guest.stage2Clear(0, 1, 2));
    long result = walk(guest, WRITE);
    assertTrue(Stage2Result.isFault(result));
    assertEquals(Stage2Cause.RIGHTS, Stage2Result.cause(result));
    assertEquals(4, memory.updates().size());
    assertEquals(0, guest.stage2Entry(0, 1) & 0x300);
  }

  @Test
  void aWalkGivesUpIfEntriesKeepChanging() {
    NestedGuest guest = ept(EptOption.ACCESSED_DIRTY);
    RecordingMemory memory =
        guest
            .record()
            .beforeEveryUpdate(() -> guest.stage2Entry(0, 4, guest.stage2Entry(0, 4) ^ 1L << 52));
    long result = walk(guest, READ);
    assertEquals(Stage2Cause.UPDATE_CONTENDED, Stage2Result.cause(result));
    assertEquals(1, Stage2Result.qualification(result));
    assertEquals(Walker.MAX_TRIES, memory.updates().size());
  }

  @ParameterizedTest
  @MethodSource("formats")
  void probesAndObserversAnswerAlikeAndStoreNothing(Stage2Role format) {
    NestedGuest guest = guest(format);
    long[] before = guest.contents();
    InterpretedStage2Walker walker = walker(guest);
    long probed = walker.probe(state, guest.gpa(0), WRITE);
    long observed = walker.walk(new Stage2State(true), guest.gpa(0), WRITE);
    assertArrayEquals(before, guest.contents());
    assertEquals(walker.walk(state, guest.gpa(0), WRITE), probed);
    assertEquals(probed, observed);
  }

  @Test
  void thePageMayLieInNoSlotOrInAReadOnlyOne() {
    NestedGuest hole = ept();
    hole.hole(hole.hostPage(0));
    assertEquals(WalkResult.NO_SLOT, walk(hole, READ) & (3L << 52));
    NestedGuest rom = ept();
    rom.readOnly(rom.hostPage(0));
    assertEquals(WalkResult.READ_ONLY_SLOT, walk(rom, WRITE) & (3L << 52));
  }

  @Test
  void largePagesKeepTheOffset() {
    NestedGuest guest = ept();
    guest.stage2Entry(0, 2, 0x4060_0000L | 0xB7);
    long result = walk(guest, READ);
    assertEquals(2, Stage2Result.level(result));
    assertEquals(0x4060_0000L | (guest.gpa(0) & 0x1F_FFFF), Stage2Result.gpa(result, guest.gpa(0)));
    guest.stage2Entry(0, 3, 0x8000_0000L | 0x87);
    result = walk(guest, READ);
    assertEquals(3, Stage2Result.level(result));
    assertEquals(0, Stage2Result.memoryType(result));
    assertEquals(
        0x8000_0000L | (guest.gpa(0) & 0x3FFF_FFFF), Stage2Result.gpa(result, guest.gpa(0)));
  }
}
