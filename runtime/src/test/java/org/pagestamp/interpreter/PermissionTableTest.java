package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;

/** The truth tables of the rights check; x stands for both values. */
class PermissionTableTest {
  private static final int IMPLICIT = 0x1;
  private static final int WRITE = 0x2;
  private static final int USER = 0x4;
  private static final int AC = 0x8;
  private static final int FETCH = 0x10;

  private static final List<PagingMode> MODES =
      List.of(PagingMode.TWO_LEVEL, PagingMode.PAE, PagingMode.FOUR_LEVEL, PagingMode.FIVE_LEVEL);

  @ParameterizedTest(name = "{0} {1}: U={2} W={3} WP={4} SMAP={5}: {6}")
  @CsvSource({
    "user, read,  0, x, x, x, fault",
    "user, read,  1, x, x, x, ok",
    "user, write, 0, x, x, x, fault",
    "user, write, 1, 0, x, x, fault",
    "user, write, 1, 1, x, x, ok",
    "sup,  read,  0, x, x, x, ok",
    "sup,  read,  1, x, x, 0, ok",
    "sup,  read,  1, x, x, 1, fault",
    "sup,  write, 0, 0, 0, x, ok",
    "sup,  write, 0, 0, 1, x, fault",
    "sup,  write, 0, 1, x, x, ok",
    "sup,  write, 1, 0, 0, 0, ok",
    "sup,  write, 1, 0, 0, 1, fault",
    "sup,  write, 1, 0, 1, x, fault",
    "sup,  write, 1, 1, x, 0, ok",
    "sup,  write, 1, 1, x, 1, fault",
  })
  void dataAccesses(
      String who, String what, String u, String w, String wp, String smap, String outcome) {
    int kind = what.equals("write") ? WRITE : 0;
    for (boolean user : values(u)) {
      for (boolean writable : values(w)) {
        for (boolean wpSet : values(wp)) {
          for (boolean smapEffective : values(smap)) {
            for (Case each : cases(who.equals("user"), smapEffective)) {
              Set<Control> controls = EnumSet.noneOf(Control.class);
              addIf(wpSet, Control.WP, controls);
              addIf(each.smap, Control.SMAP, controls);
              assertAll(controls, user, writable, false, each.access | kind, outcome);
            }
          }
        }
      }
    }
  }

  /** How an access comes to have SMAP effective or not. */
  private record Case(boolean smap, int access) {}

  private static List<Case> cases(boolean user, boolean smapEffective) {
    if (user) {
      return List.of(new Case(smapEffective, USER), new Case(smapEffective, USER | AC));
    }
    return smapEffective
        ? List.of(new Case(true, 0), new Case(true, IMPLICIT), new Case(true, IMPLICIT | AC))
        : List.of(
            new Case(true, AC),
            new Case(false, 0),
            new Case(false, AC),
            new Case(false, IMPLICIT),
            new Case(false, IMPLICIT | AC));
  }

  @ParameterizedTest(name = "{0} fetch: U={1} NX={2} SMEP={3}: {4}")
  @CsvSource({
    "user, 0, x, x, fault",
    "user, 1, 0, x, ok",
    "user, 1, 1, x, fault",
    "sup,  0, 0, x, ok",
    "sup,  0, 1, x, fault",
    "sup,  1, 0, 0, ok",
    "sup,  1, 0, 1, fault",
    "sup,  1, 1, x, fault",
  })
  void fetches(String who, String u, String nx, String smep, String outcome) {
    for (boolean user : values(u)) {
      for (boolean noExecute : values(nx)) {
        for (boolean smepSet : values(smep)) {
          // SMAP, WP and AC never matter to a fetch
          for (Control other : List.of(Control.SMAP, Control.WP)) {
            Set<Control> controls = EnumSet.of(Control.NXE, other);
            addIf(smepSet, Control.SMEP, controls);
            int access = FETCH | (who.equals("user") ? USER : 0);
            assertAll(controls, user, false, noExecute, access, outcome);
            assertAll(controls, user, false, noExecute, access | AC, outcome);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"PAE", "FOUR_LEVEL", "FIVE_LEVEL"})
  void dataAccessesDoNotHeedNx(PagingMode mode) {
    TestGuest guest = TestGuest.of(TestGuest.role(mode, Control.NXE, Control.WP));
    guest.set(1, TestGuest.NX);
    assertFalse(WalkResult.isFault(guest.walk(USER | WRITE)));
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void everyLevelCanTakeARightAway(PagingMode mode) {
    for (int level = TestGuest.of(TestGuest.role(mode)).topInMemory(); level > 0; level--) {
      long noWrite = newGuest(mode).clear(level, TestGuest.W).walk(Access.READ);
      assertRights(false, true, true, noWrite);
      long supervisor = newGuest(mode).clear(level, TestGuest.U).walk(Access.READ);
      assertRights(true, false, true, supervisor);
      if (mode != PagingMode.TWO_LEVEL) {
        long noFetch = newGuest(mode).set(level, TestGuest.NX).walk(Access.READ);
        assertRights(true, true, false, noFetch);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void rightsInTheResultAreRaw(PagingMode mode) {
    // SMEP, SMAP and WP restrict the access, not what the result says of the page
    Set<Control> all = EnumSet.of(Control.NXE, Control.SMEP, Control.SMAP);
    long result = TestGuest.of(TestGuest.roleWith(mode, all)).walk(AC | WRITE);
    assertRights(true, true, true, result);
    long readOnly =
        TestGuest.of(TestGuest.roleWith(mode, all)).clear(1, TestGuest.W).walk(AC | WRITE);
    assertRights(false, true, true, readOnly);
  }

  private static TestGuest newGuest(PagingMode mode) {
    return TestGuest.of(TestGuest.roleWith(mode, EnumSet.of(Control.NXE)));
  }

  private static void assertRights(boolean w, boolean u, boolean x, long result) {
    assertEquals(
        "w " + w + " u " + u + " x " + x,
        "w "
            + WalkResult.isWritable(result)
            + " u "
            + WalkResult.isUser(result)
            + " x "
            + WalkResult.isExecutable(result));
  }

  /** Walks in every mode; NX is left out where it does not exist. */
  private static void assertAll(
      Set<Control> controls, boolean u, boolean w, boolean nx, int access, String outcome) {
    for (PagingMode mode : MODES) {
      if (nx && mode == PagingMode.TWO_LEVEL) {
        continue;
      }
      TestGuest guest = TestGuest.of(TestGuest.roleWith(mode, controls));
      guest.clear(1, (u ? 0 : TestGuest.U) | (w ? 0 : TestGuest.W)).set(1, nx ? TestGuest.NX : 0);
      long result = guest.walk(access);
      String actual =
          !WalkResult.isFault(result)
              ? "ok"
              : WalkResult.faultReason(result) == FaultReason.PERMISSION ? "fault" : "wrong fault";
      assertEquals(
          outcome,
          actual,
          () -> mode + " " + controls + ": " + Access.toString(access) + " " + guest.entry(1));
    }
  }

  private static List<Boolean> values(String column) {
    List<Boolean> values = new ArrayList<>();
    if (!column.equals("1")) {
      values.add(false);
    }
    if (!column.equals("0")) {
      values.add(true);
    }
    return values;
  }

  private static void addIf(boolean condition, Control control, Set<Control> controls) {
    if (condition) {
      controls.add(control);
    }
  }
}
