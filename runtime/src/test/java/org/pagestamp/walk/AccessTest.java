package org.pagestamp.walk;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {
  @Test
  void bitsOfTheErrorCodeAreAtItsPlaces() {
    assertEquals(0x2, Access.WRITE);
    assertEquals(0x4, Access.USER);
    assertEquals(0x10, Access.FETCH);
  }

  @Test
  void readWriteAndFetchGoWithUserSupervisorAndImplicit() {
    int valid = 0;
    for (int kind : new int[] {Access.READ, Access.WRITE, Access.FETCH}) {
      for (int who : new int[] {0, Access.USER, Access.IMPLICIT}) {
        assertTrue(Access.isValid(kind | who));
        assertTrue(Access.isValid(kind | who | Access.AC));
        valid += 2;
      }
    }
    for (int access = -64; access < 64; access++) {
      valid -= Access.isValid(access) ? 1 : 0;
    }
    assertEquals(0, valid, "any other access is valid");
  }

  @ParameterizedTest
  @ValueSource(ints = {0x12, 0x16, 0x05, 0x07, 0x20, 0x100, -1, Integer.MIN_VALUE})
  void theRestIsNotValid(int access) {
    assertFalse(Access.isValid(access));
    var refusal = assertThrows(IllegalArgumentException.class, () -> Access.check(access));
    assertTrue(
        refusal.getMessage().startsWith("access 0x" + Integer.toHexString(access) + ": "),
        refusal::getMessage);
  }

  @Test
  void aValidAccessPassesTheCheck() {
    assertDoesNotThrow(() -> Access.check(Access.USER | Access.WRITE));
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource({
    "0x00, supervisor read",
    "0x06, user write",
    "0x14, user fetch",
    "0x08, supervisor read ac",
    "0x03, implicit supervisor write",
  })
  void textSaysWhoDoesWhat(String access, String text) {
    assertEquals(text, Access.toString(Integer.decode(access)));
  }
}
