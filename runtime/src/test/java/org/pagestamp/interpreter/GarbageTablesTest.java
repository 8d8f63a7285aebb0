package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/** Whatever a guest puts into its tables, a walk answers. */
class GarbageTablesTest {
  private static final int GUESTS = 50;
  private static final int WALKS = 200;

  @ParameterizedTest
  @EnumSource
  void aWalkOverNoiseIsATranslationOrAFault(PagingMode mode) {
    SplittableRandom random = new SplittableRandom(20_250_901);
    int entryBytes = mode == PagingMode.TWO_LEVEL ? 4 : 8;
    int[] outcomes = new int[2];
    for (int i = 0; i < GUESTS; i++) {
      TestGuest guest = TestGuest.of(TestGuest.roleWith(mode, EnumSet.allOf(Control.class)));
      guest.readOnly(random.nextInt(16)).hole(random.nextInt(6, 16));
      guest.walker(); // loads the PDPTEs that a load accepts
      for (int gpa = 0; gpa < TestGuest.PAGES * 0x1000; gpa += entryBytes) {
        guest.store(gpa, noise(random));
      }
      for (int j = 0; j < WALKS; j++) {
        outcomes[answer(guest, mode, random) ? 1 : 0]++;
      }
    }
    assertTrue(outcomes[1] > 20, "too few translations to tell: " + outcomes[1]);
    assertTrue(mode == PagingMode.NO_PAGING || outcomes[0] > 20, "too few faults");
  }

  /** Mostly an entry that leads on, sometimes anything. */
  private static long noise(SplittableRandom random) {
    long flags = random.nextInt(0x1000) | (random.nextInt(8) == 0 ? 0 : 0x7);
    return random.nextInt(16) == 0
        ? random.nextLong()
        : (random.nextInt(18) * 0x1000L | flags) & ~TestGuest.PS;
  }

  private static boolean answer(TestGuest guest, PagingMode mode, SplittableRandom random) {
    long gva = random.nextLong() >> (mode.isLongMode() ? 64 - mode.gvaBits() : 32);
    int access = random.nextInt(Access.LIMIT);
    if (!Access.isValid(access)) {
      access = Access.READ;
    }
    guest.vcpu().pkru(1 << random.nextInt(32));
    long probed = guest.walker().probe(guest.vcpu(), gva, access);
    long explained = guest.walker().explain(guest.vcpu(), gva, access).result();
    long walked = guest.walker().walk(guest.vcpu(), gva, access);
    assertEquals(probed, explained);
    assertEquals(WalkResult.toString(probed), WalkResult.toString(walked));
    assertEquals(probed, walked);
    return !WalkResult.isFault(walked);
  }
}
