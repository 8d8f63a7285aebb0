package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pagestamp.interpreter.ErrorCodeTest.assertFault;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;

/** Protection keys. Source: Intel SDM vol. 3, section 4.6.2. */
class ProtectionKeyTest {
  private static final int KEY = 11;
  private static final int ACCESS_DISABLE = 1;
  private static final int WRITE_DISABLE = 2;
  private static final int USER_READ = 0x4;
  private static final int USER_WRITE = 0x6;

  @ParameterizedTest(name = "{0} page, {1} {2}: AD {3} WD {4} WP {5}: {6}")
  @CsvSource({
    "user, user, read,  1, 0, x, denied",
    "user, user, read,  0, 1, x, ok",
    "user, user, write, 1, 0, x, denied",
    "user, user, write, 0, 1, x, denied",
    "user, user, write, 0, 0, x, ok",
    "user, user, fetch, 1, 1, x, ok",
    "user, sup,  read,  1, 0, x, denied",
    "user, sup,  read,  0, 1, x, ok",
    "user, sup,  write, 1, 0, x, denied",
    "user, sup,  write, 0, 1, 1, denied",
    "user, sup,  write, 0, 1, 0, ok",
    "user, sup,  fetch, 1, 1, x, ok",
    "sup,  sup,  read,  1, 0, x, denied",
    "sup,  sup,  read,  0, 1, x, ok",
    "sup,  sup,  write, 1, 0, x, denied",
    "sup,  sup,  write, 0, 1, 1, denied",
    "sup,  sup,  write, 0, 1, 0, ok",
    "sup,  sup,  write, 0, 0, x, ok",
    "sup,  sup,  fetch, 1, 1, x, ok",
  })
  void theRegisterOfThePagesKindDecides(
      String page, String who, String what, int ad, int wd, String wp, String outcome) {
    boolean userPage = page.equals("user");
    int access =
        (who.equals("user") ? Access.USER : 0)
            | switch (what) {
              case "write" -> Access.WRITE;
              case "fetch" -> Access.FETCH;
              default -> 0;
            };
    for (boolean wpSet :
        wp.equals("x") ? new boolean[] {false, true} : new boolean[] {wp.equals("1")}) {
      TestGuest guest = newGuest(wpSet, userPage);
      // all other keys, and all keys of the other register, deny everything
      int register = ~(3 << (2 * KEY)) | ((ad | wd << 1) << (2 * KEY));
      guest.vcpu().pkru(userPage ? register : -1);
      guest.vcpu().pkrs(userPage ? -1 : register);
      long result = guest.walk(access);
      assertEquals(outcome.equals("denied"), WalkResult.isFault(result));
      if (WalkResult.isFault(result)) {
        assertFault(FaultReason.PROTECTION_KEY, 0x21 | access, 1, result);
      }
    }
  }

  private static TestGuest newGuest(boolean wp, boolean userPage) {
    Set<Control> controls = EnumSet.of(Control.PKE, Control.PKS, Control.NXE);
    if (wp) {
      controls.add(Control.WP);
    }
    return TestGuest.of(TestGuest.roleWith(PagingMode.FOUR_LEVEL, controls))
        .set(1, (long) KEY << 59)
        .clear(1, userPage ? 0 : TestGuest.U);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 15})
  void everyKeyHasItsOwnTwoBits(int key) {
    TestGuest guest = userGuest(Control.PKE).set(1, (long) key << 59);
    guest.vcpu().pkru(~(3 << (2 * key)));
    assertEquals(key, WalkResult.protectionKey(guest.walk(USER_WRITE)));
    guest.vcpu().pkru(ACCESS_DISABLE << (2 * key));
    assertFault(FaultReason.PROTECTION_KEY, 0x25, 1, guest.walk(USER_READ));
  }

  @Test
  void keysAreIgnoredUnlessEnabled() {
    TestGuest guest = userGuest().set(1, 5L << 59);
    guest.vcpu().pkru(-1);
    guest.vcpu().pkrs(-1);
    long result = guest.walk(USER_WRITE);
    assertFalse(WalkResult.isFault(result));
    assertEquals(5, WalkResult.protectionKey(result));
  }

  @Test
  void pkruDoesNotTouchSupervisorPagesNorPkrsUserPages() {
    TestGuest supervisor = userGuest(Control.PKE).clear(1, TestGuest.U);
    supervisor.vcpu().pkru(-1);
    assertFalse(WalkResult.isFault(supervisor.walk(Access.READ)));
    TestGuest user = userGuest(Control.PKS);
    user.vcpu().pkrs(-1);
    assertFalse(WalkResult.isFault(user.walk(USER_WRITE)));
  }

  @Test
  void aRegisterCountsOnlyWithItsControl() {
    TestGuest supervisor = userGuest(Control.PKE).clear(1, TestGuest.U);
    supervisor.vcpu().pkrs(-1);
    assertFalse(WalkResult.isFault(supervisor.walk(Access.READ)));
    TestGuest user = userGuest(Control.PKS);
    user.vcpu().pkru(-1);
    assertFalse(WalkResult.isFault(user.walk(USER_WRITE)));
  }

  @Test
  void aSupervisorDirectoryMakesAUserLeafASupervisorPage() {
    TestGuest guest = userGuest(Control.PKE).clear(3, TestGuest.U);
    guest.vcpu().pkru(-1);
    assertFalse(WalkResult.isFault(guest.walk(Access.READ)));
  }

  @Test
  void keysOfDirectoriesAreIgnored() {
    TestGuest guest = userGuest(Control.PKE).set(4, 9L << 59).set(2, 9L << 59);
    guest.vcpu().pkru(3 << 18);
    assertFalse(WalkResult.isFault(guest.walk(USER_WRITE)));
  }

  @Test
  void theKeyOfALargePageCounts() {
    TestGuest guest = userGuest(Control.PKE).entry(2, 9L << 59 | 0x20_0087);
    guest.vcpu().pkru(ACCESS_DISABLE << 18);
    assertFault(FaultReason.PROTECTION_KEY, 0x25, 2, guest.walk(USER_READ));
  }

  @Test
  void aDenyingKeySetsPkBesidesMissingRights() {
    TestGuest guest = userGuest(Control.PKE).clear(1, TestGuest.W);
    guest.vcpu().pkru(WRITE_DISABLE);
    assertFault(FaultReason.PERMISSION, 0x27, 1, guest.walk(USER_WRITE));
  }

  @Test
  void absentAndReservedEntriesNeverSetPk() {
    TestGuest absent = userGuest(Control.PKE).clear(1, TestGuest.P);
    absent.vcpu().pkru(-1);
    assertFault(FaultReason.NOT_PRESENT, 0x4, 1, absent.walk(USER_READ));
    TestGuest reserved = userGuest(Control.PKE).set(1, 1L << 51);
    reserved.vcpu().pkru(-1);
    assertFault(FaultReason.RESERVED_BIT, 0xD, 1, reserved.walk(USER_READ));
  }

  @Test
  void writeDisableOfASupervisorPageNeedsWpWhoeverWrites() {
    TestGuest guest = userGuest(Control.PKS).clear(1, TestGuest.U);
    guest.vcpu().pkrs(WRITE_DISABLE);
    assertFault(FaultReason.PERMISSION, 0x7, 1, guest.walk(USER_WRITE));
  }

  @Test
  void aDeniedAccessChangesNothing() {
    TestGuest guest = userGuest(Control.PKE);
    guest.vcpu().pkru(WRITE_DISABLE);
    long[] before = guest.contents();
    assertTrue(WalkResult.isFault(guest.walk(USER_WRITE)));
    guest.assertUntouched(before);
  }

  private static TestGuest userGuest(Control... controls) {
    return TestGuest.of(TestGuest.role(PagingMode.FOUR_LEVEL, controls));
  }
}
