package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;

/** The exact page-fault error code of each cause. Source: Intel SDM vol. 3, section 4.7. */
class ErrorCodeTest {
  private static final int SUP = 0;
  private static final int USER = 0x4;
  private static final int WRITE = 0x2;
  private static final int FETCH = 0x10;

  /** Changes of the leaf. */
  enum Cause {
    NOT_PRESENT(FaultReason.NOT_PRESENT),
    RESERVED(FaultReason.RESERVED_BIT),
    READ_ONLY(FaultReason.PERMISSION),
    SUPERVISOR(FaultReason.PERMISSION),
    EXECUTE_DISABLED(FaultReason.PERMISSION),
    NO_CHANGE(FaultReason.PERMISSION),
    HOLE(FaultReason.TABLE_IN_NO_SLOT);

    private final FaultReason reason;

    Cause(FaultReason reason) {
      this.reason = reason;
    }

    void applyTo(TestGuest guest) {
      switch (this) {
        case NOT_PRESENT -> guest.clear(1, TestGuest.P);
        case RESERVED -> guest.set(1, 1L << 46);
        case READ_ONLY -> guest.clear(1, TestGuest.W);
        case SUPERVISOR -> guest.clear(1, TestGuest.U);
        case EXECUTE_DISABLED -> guest.set(1, TestGuest.NX);
        case HOLE -> guest.hole(1);
        case NO_CHANGE -> {}
      }
    }
  }

  @ParameterizedTest(name = "{0} {1} {2} {3}: {4}")
  @CsvSource({
    // role, cause, who, what, code
    "NXE,      NOT_PRESENT,      USER, READ,  0x4",
    "NXE,      NOT_PRESENT,      SUP,  READ,  0x0",
    "NXE,      NOT_PRESENT,      SUP,  WRITE, 0x2",
    "NXE,      NOT_PRESENT,      USER, FETCH, 0x14",
    "'',       NOT_PRESENT,      USER, FETCH, 0x4",
    "SMEP,     NOT_PRESENT,      USER, FETCH, 0x14",
    "NXE,      RESERVED,         SUP,  READ,  0x9",
    "NXE,      RESERVED,         USER, WRITE, 0xF",
    "NXE,      RESERVED,         USER, FETCH, 0x1D",
    "'',       EXECUTE_DISABLED, USER, FETCH, 0xD", // bit 63 is reserved without NXE
    "NXE,      READ_ONLY,        USER, WRITE, 0x7",
    "NXE,      SUPERVISOR,       USER, READ,  0x5",
    "NXE,      SUPERVISOR,       USER, FETCH, 0x15",
    "'',       SUPERVISOR,       USER, FETCH, 0x5",
    "NXE WP,   READ_ONLY,        SUP,  WRITE, 0x3",
    "NXE,      EXECUTE_DISABLED, SUP,  FETCH, 0x11",
    "NXE,      EXECUTE_DISABLED, USER, FETCH, 0x15",
    "NXE SMEP, NO_CHANGE,        SUP,  FETCH, 0x11",
    "SMEP,     NO_CHANGE,        SUP,  FETCH, 0x11",
    "NXE SMAP, NO_CHANGE,        SUP,  READ,  0x1",
    "NXE SMAP, NO_CHANGE,        SUP,  WRITE, 0x3",
    "NXE,      HOLE,             USER, WRITE, 0x6",
    "NXE,      HOLE,             USER, FETCH, 0x14",
    "NXE,      HOLE,             SUP,  READ,  0x0",
  })
  void codesInPaeAndLongMode(String controls, Cause cause, String who, String what, String code) {
    Control[] set =
        Arrays.stream(controls.split(" "))
            .filter(name -> !name.isEmpty())
            .map(Control::valueOf)
            .toArray(Control[]::new);
    int access =
        (who.equals("USER") ? USER : SUP)
            | switch (what) {
              case "WRITE" -> WRITE;
              case "FETCH" -> FETCH;
              default -> 0;
            };
    for (PagingMode mode :
        new PagingMode[] {PagingMode.PAE, PagingMode.FOUR_LEVEL, PagingMode.FIVE_LEVEL}) {
      TestGuest guest = TestGuest.of(TestGuest.role(mode, set));
      cause.applyTo(guest);
      long[] before = guest.contents();
      long result = guest.walk(access);
      boolean nxIsReserved = cause == Cause.EXECUTE_DISABLED && set.length == 0;
      assertFault(
          nxIsReserved ? FaultReason.RESERVED_BIT : cause.reason, Integer.decode(code), 1, result);
      guest.assertUntouched(before);
    }
  }

  @ParameterizedTest(name = "{0} {1}: {3}")
  @CsvSource({
    "PKE, USER, 0x4, 0x25", // access disabled
    "PKE, USER, 0x6, 0x27",
    "PKE, SUP,  0x0, 0x21", // a user page, by the supervisor
    "PKS, SUP,  0x2, 0x23",
  })
  void aKeyThatDisablesAccessSetsPk(Control control, String who, String access, String code) {
    TestGuest guest = TestGuest.of(TestGuest.role(PagingMode.FOUR_LEVEL, control)).set(1, 5L << 59);
    if (control == Control.PKS) {
      guest.clear(1, TestGuest.U);
    }
    guest.vcpu().pkru(1 << 10);
    guest.vcpu().pkrs(1 << 10);
    assertFault(
        FaultReason.PROTECTION_KEY, Integer.decode(code), 1, guest.walk(Integer.decode(access)));
  }

  @Test
  void aKeyThatDisablesWritesSetsPk() {
    TestGuest guest =
        TestGuest.of(TestGuest.role(PagingMode.FIVE_LEVEL, Control.PKE)).set(1, 5L << 59);
    guest.vcpu().pkru(1 << 11);
    assertFault(FaultReason.PROTECTION_KEY, 0x27, 1, guest.walk(USER | WRITE));
  }

  @Test
  void fetchesAreNotReportedInTwoLevelPagingWithoutSmep() {
    TestGuest guest = TestGuest.of(TestGuest.role(PagingMode.TWO_LEVEL)).clear(1, TestGuest.P);
    assertFault(FaultReason.NOT_PRESENT, 0x4, 1, guest.walk(USER | FETCH));
  }

  @Test
  void fetchesAreReportedInTwoLevelPagingWithSmep() {
    TestGuest guest =
        TestGuest.of(TestGuest.role(PagingMode.TWO_LEVEL, Control.SMEP)).clear(1, TestGuest.P);
    assertFault(FaultReason.NOT_PRESENT, 0x14, 1, guest.walk(USER | FETCH));
  }

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void acAndImplicitAreNoBitsOfTheCode(PagingMode mode) {
    TestGuest guest = TestGuest.of(TestGuest.role(mode)).clear(1, TestGuest.P);
    assertFault(FaultReason.NOT_PRESENT, 0x2, 1, guest.walk(WRITE | Access.AC | Access.IMPLICIT));
  }

  @Test
  void aNonCanonicalAddressIsNoPageFault() {
    TestGuest guest = TestGuest.of(TestGuest.role(PagingMode.FOUR_LEVEL));
    long result = guest.walker().walk(guest.vcpu(), 1L << 47, USER | WRITE);
    assertFault(FaultReason.NON_CANONICAL, 0, 0, result);
    assertFalse(WalkResult.isPageFault(result));
  }

  static void assertFault(FaultReason reason, int code, int level, long result) {
    assertTrue(WalkResult.isFault(result), () -> WalkResult.toString(result));
    assertEquals(
        WalkResult.toString(WalkResult.fault(reason, code, level)), WalkResult.toString(result));
  }
}
