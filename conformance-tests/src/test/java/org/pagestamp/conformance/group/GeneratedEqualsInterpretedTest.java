package org.pagestamp.conformance.group;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.codegen.TieredStamper;
import org.pagestamp.conformance.Engine;
import org.pagestamp.mode.PagingMode;

/**
 * The generated walker against the interpreted one over random roles, slots, tables and accesses:
 * result word of walk and probe, all of memory, dirty logs.
 *
 * <p>Guests are made from a seed, which a failure names; a smaller seed makes no simpler guest, so
 * nothing is shrunk.
 */
@PropertyDefaults(tries = 100, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
class GeneratedEqualsInterpretedTest {
  private static final int WALKS = 100;

  private final Engine interpreted = Engine.interpreted();
  private final Engine generated = Engine.generated(new Stamper());

  @Provide
  Arbitrary<Long> guests() {
    return Arbitraries.randomValue(Random::nextLong);
  }

  private void walkTables(PagingMode mode, long seed) {
    TwinGuests.of(interpreted, generated, mode, seed).withTables().walk(WALKS);
  }

  @Property(seed = "2", tries = 30)
  void withoutPaging(@ForAll("guests") long seed) {
    walkTables(PagingMode.NO_PAGING, seed);
  }

  @Property(seed = "32")
  void in2LevelPaging(@ForAll("guests") long seed) {
    walkTables(PagingMode.TWO_LEVEL, seed);
  }

  @Property(seed = "36")
  void inPaePaging(@ForAll("guests") long seed) {
    walkTables(PagingMode.PAE, seed);
  }

  @Property(seed = "48")
  void in4LevelPaging(@ForAll("guests") long seed) {
    walkTables(PagingMode.FOUR_LEVEL, seed);
  }

  @Property(seed = "57")
  void in5LevelPaging(@ForAll("guests") long seed) {
    walkTables(PagingMode.FIVE_LEVEL, seed);
  }

  @Property(seed = "666", tries = 100)
  void onGarbage(@ForAll("guests") long seed) {
    PagingMode[] modes = PagingMode.values();
    PagingMode mode = modes[Math.floorMod(seed, modes.length)];
    TwinGuests.of(interpreted, generated, mode, seed).withGarbage().walk(WALKS);
  }

  /** The walker goes over to its class, warmed up or not, in the middle of the guest's life. */
  @Property(seed = "3", tries = 20)
  void whereAWalkerGoesOverToItsClass(@ForAll("guests") long seed) {
    PagingMode[] modes = PagingMode.values();
    PagingMode mode = modes[Math.floorMod(seed, modes.length)];
    TieredStamper stamper = new TieredStamper(new Stamper(), Runnable::run, WALKS, 1);
    Engine tiered = new Engine("tiered", stamper::walker);
    TwinGuests.of(interpreted, tiered, mode, seed).withTables().walk(WALKS);
  }

  /** The properties above would say little if their walks ended at the root. */
  @Property(seed = "1", tries = 4)
  void mostWalksOfAGuestReachALeaf(@ForAll("guests") long seed) {
    PagingMode[] modes = {
      PagingMode.TWO_LEVEL, PagingMode.PAE, PagingMode.FOUR_LEVEL, PagingMode.FIVE_LEVEL
    };
    int leaves = 0;
    for (int guest = 0; guest < 25; guest++) {
      PagingMode mode = modes[guest % modes.length];
      leaves +=
          TwinGuests.of(interpreted, interpreted, mode, seed + guest)
              .withTables()
              .walk(WALKS)
              .leaves();
    }
    assertTrue(leaves > 25 * WALKS * 4 / 10, "only " + leaves + " leaves");
  }
}
