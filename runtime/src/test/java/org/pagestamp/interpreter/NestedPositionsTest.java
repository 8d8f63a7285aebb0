package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.Stage2Fault;
import org.pagestamp.stage2.Stage2Level;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/** An entry that is not present at each position of the two-dimensional walk of a user write. */
class NestedPositionsTest {
  private static final int WRITE = Access.USER | Access.WRITE;

  /**
   * A position in the order of reading.
   *
   * @param level of the guest's table whose frame stage 2 translates; 0 for the page
   * @param stage2 level of the stage-2 entry; 0 for the guest's own entry
   */
  private record Position(int level, int stage2) {}

  static Stream<Arguments> walks() {
    return Stream.of(
        Arguments.of(
            PagingMode.FOUR_LEVEL, NestedRoles.ept(EptMode.EPT4, EptOption.ACCESSED_DIRTY), 24),
        Arguments.of(PagingMode.FOUR_LEVEL, NestedRoles.ept(EptMode.EPT4), 24),
        Arguments.of(
            PagingMode.FIVE_LEVEL, NestedRoles.ept(EptMode.EPT5, EptOption.ACCESSED_DIRTY), 35),
        Arguments.of(PagingMode.FOUR_LEVEL, NestedRoles.npt(PagingMode.FOUR_LEVEL), 24),
        Arguments.of(PagingMode.FIVE_LEVEL, NestedRoles.npt(PagingMode.FIVE_LEVEL), 35),
        Arguments.of(PagingMode.TWO_LEVEL, NestedRoles.npt(PagingMode.TWO_LEVEL), 8),
        Arguments.of(PagingMode.TWO_LEVEL, NestedRoles.npt(PagingMode.PAE), 11));
  }

  private static List<Position> positions(PagingMode mode, Stage2Role stage2) {
    List<Position> positions = new ArrayList<>();
    for (int level = mode.topLevel(); level >= 0; level--) {
      for (int number = stage2.format().topLevel(); number > 0; number--) {
        positions.add(new Position(level, number));
      }
      if (level > 0) {
        positions.add(new Position(level, 0));
      }
    }
    return positions;
  }

  @ParameterizedTest(name = "{0} over {1}: {2}")
  @MethodSource("walks")
  void aFaultAtAPositionIsReportedThereAndLeavesWhatCameBefore(
      PagingMode mode, Stage2Role stage2, int count) {
    List<Position> positions = positions(mode, stage2);
    assertEquals(count, positions.size());
    for (int i = 0; i < positions.size(); i++) {
      NestedGuest guest = new NestedGuest(NestedRole.kvm(NestedRoles.guest(mode), stage2));
      Position position = positions.get(i);
      if (isShared(guest, position, stage2)) {
        continue; // an earlier position reads the same entry
      }
      RecordingMemory memory = guest.record();
      clear(guest, position);
      long result = guest.walk(WRITE);
      assertReported(guest, position, stage2, result);
      assertEquals(i + 1, memory.reads().size(), () -> "entries read up to " + position);
      assertBits(guest, stage2, positions.subList(0, i), position);
    }
  }

  @ParameterizedTest(name = "{0} over {1}: {2}")
  @MethodSource("walks")
  void withoutAFaultEveryPositionIsReadOnceAndGetsItsBits(
      PagingMode mode, Stage2Role stage2, int count) {
    NestedGuest guest = new NestedGuest(NestedRole.kvm(NestedRoles.guest(mode), stage2));
    RecordingMemory memory = guest.record();
    long result = guest.walk(WRITE);
    assertTrue(!NestedResult.isFault(result), () -> NestedResult.toString(result));
    assertEquals(count, memory.reads().size());
    assertBits(guest, stage2, positions(mode, stage2), new Position(-1, 0));
    for (int level = mode.topLevel(); level > 0; level--) {
      long bits = level == 1 ? TestGuest.A | TestGuest.D : TestGuest.A;
      assertEquals(bits, guest.guestEntry(level) & (TestGuest.A | TestGuest.D));
    }
  }

  /** Whether the entry is also on the path of a frame that is translated earlier. */
  private static boolean isShared(NestedGuest guest, Position position, Stage2Role stage2) {
    for (int level = guest.top(); level > position.level && position.stage2 > 0; level--) {
      if (guest.stage2Gpa(level, position.stage2)
          == guest.stage2Gpa(position.level, position.stage2)) {
        assertTrue(position.stage2 > 1 || stage2.format().topLevel() < 1, "a leaf is never shared");
        return true;
      }
    }
    return false;
  }

  private static void clear(NestedGuest guest, Position position) {
    if (position.stage2 == 0) {
      guest.guestEntry(position.level, 0);
    } else {
      guest.stage2Entry(position.level, position.stage2, 0);
    }
  }

  private static void assertReported(
      NestedGuest guest, Position position, Stage2Role stage2, long result) {
    if (position.stage2 == 0) {
      assertTrue(!NestedResult.isStage2Fault(result), position::toString);
      assertEquals(WRITE, WalkResult.errorCode(result), position::toString);
      assertEquals(position.level, WalkResult.faultLevel(result), position::toString);
      return;
    }
    assertTrue(NestedResult.isStage2Fault(result), position::toString);
    assertEquals(position.stage2, Stage2Result.faultLevel(result), position::toString);
    assertEquals(position.level, Stage2Result.guestLevel(result), position::toString);
    assertEquals(guest.gpa(position.level), guest.state().stage2().gpa(), position::toString);
    boolean table = position.level > 0;
    if (stage2.format().ept()) {
      assertEquals(Stage2Fault.EPT_VIOLATION, Stage2Result.fault(result));
      assertEquals(table ? 0x83 : 0x182, Stage2Result.qualification(result), position::toString);
    } else {
      assertEquals(
          table ? 0x2_0000_0006L : 0x1_0000_0006L,
          Stage2Result.exitInfo1(result),
          position::toString);
    }
  }

  /** The walks of stage 2 that were completed have set their bits; no entry of the guest has. */
  private static void assertBits(
      NestedGuest guest, Stage2Role stage2, List<Position> before, Position fault) {
    for (Position position : before) {
      if (position.stage2 == 0) {
        if (fault.level >= 0) {
          assertEquals(0, guest.guestEntry(position.level) & (TestGuest.A | TestGuest.D));
        }
        continue;
      }
      boolean completed = position.level > fault.level || fault.stage2 == 0;
      Stage2Level rules = stage2.format().level(position.stage2);
      long entry = guest.stage2Entry(position.level, position.stage2);
      if (completed) {
        long bits = rules.accessed() | (position.stage2 == 1 ? rules.dirty() : 0);
        assertEquals(bits, entry & bits, () -> fault + " leaves bits at " + position);
      } else if (position.stage2 == 1) {
        assertEquals(0, entry & (rules.accessed() | rules.dirty()), position::toString);
      }
    }
  }
}
