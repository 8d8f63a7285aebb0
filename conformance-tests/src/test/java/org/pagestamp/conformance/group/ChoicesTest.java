package org.pagestamp.conformance.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.choice.Choices;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.conformance.Engine;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.conformance.RandomChoices;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;

/** Whatever is chosen where walkers differ, generated classes walk as the interpreter does. */
class ChoicesTest {
  private static final int GUESTS = Integer.getInteger("pagestamp.choices.guests", 120);
  private static final int WALKS = 300;

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void bothEnginesChooseAlike(PagingMode mode) {
    SplittableRandom seeds = new SplittableRandom(mode.label().hashCode());
    MemoryKind[] kinds = MemoryKind.values();
    for (int i = 0; i < GUESTS; i++) {
      Choices choices = RandomChoices.choices(seeds);
      MemoryKind kind = kinds[i % kinds.length];
      long seed = seeds.nextLong();
      Stamper stamper = new Stamper(0);
      WalkerSubject subject = new WalkerSubject(Engine.generated(stamper), kind);
      try (RandomGuest guest = RandomGuest.of(subject, mode, choices, seed)) {
        live(guest, choices + " over " + kind + ", seed " + seed);
      }
    }
  }

  private static void live(RandomGuest guest, String what) {
    MachinePair pair = guest.pair();
    for (int i = 0; i < WALKS; i++) {
      assertTrue(guest.next(), what);
      long expected = pair.accessRight(guest.gva(), guest.access());
      long actual = pair.accessTried(guest.gva(), guest.access());
      int walk = i;
      assertEquals(
          expected,
          actual,
          () ->
              what
                  + ", walk "
                  + walk
                  + " of 0x"
                  + Long.toHexString(guest.gva())
                  + " "
                  + Access.toString(guest.access())
                  + "\n"
                  + pair.explain(guest.gva(), guest.access()));
      if (!pair.sameEntries() || !pair.sameMemory()) {
        assertEquals(List.of(), pair.problems(expected, actual), what);
      }
    }
  }
}
