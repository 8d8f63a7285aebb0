package org.pagestamp.conformance.tlb;

import java.util.Random;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;

/** Steps at random: most are accesses, most of these to pages that were accessed lately. */
final class RandomSteps {
  private static final long[] CR4_BITS = {
    ControlBits.CR4_PGE,
    ControlBits.CR4_PCIDE,
    ControlBits.CR4_SMEP,
    ControlBits.CR4_SMAP,
    ControlBits.CR4_PKE,
    ControlBits.CR4_PKS,
    ControlBits.CR4_PSE,
    ControlBits.CR4_PAE,
  };

  /** Turned less often, and mostly off again. */
  private static final long[] CR4_LINEAR = {ControlBits.CR4_LASS, ControlBits.CR4_LAM_SUP};

  private static final long[] FLAGS = {
    EntryBits.P,
    EntryBits.W,
    EntryBits.W,
    EntryBits.U,
    EntryBits.A,
    EntryBits.A,
    EntryBits.D,
    EntryBits.D,
    EntryBits.G,
    EntryBits.G,
    EntryBits.NX,
    1L << EntryBits.KEY_SHIFT
  };

  private static final PagingMode[] MODES = {
    PagingMode.NO_PAGING,
    PagingMode.TWO_LEVEL,
    PagingMode.PAE,
    PagingMode.PAE,
    PagingMode.FOUR_LEVEL,
    PagingMode.FOUR_LEVEL,
    PagingMode.FOUR_LEVEL,
    PagingMode.FIVE_LEVEL,
  };

  private RandomSteps() {}

  static Step next(Random random) {
    int choice = random.nextInt(1_000);
    if (choice < 700) {
      return touch(random);
    }
    if (choice < 760) {
      return store(random);
    }
    if (choice < 840) {
      TrialTables.Place place = TrialTables.Place.random(random);
      return new Step.Flip(place.slot(), place.word(), FLAGS[random.nextInt(FLAGS.length)]);
    }
    if (choice < 885) {
      return loadCr3(random);
    }
    if (choice < 915) {
      return new Step.Invlpg(number(random));
    }
    if (choice < 940) {
      return new Step.Invpcid(random.nextInt(4), random.nextInt(6) - 3, number(random));
    }
    if (choice < 950) {
      return new Step.Keys(
          random.nextBoolean(), random.nextInt() & random.nextInt(Integer.MAX_VALUE));
    }
    return rare(random);
  }

  private static Step store(Random random) {
    if (random.nextInt(20) == 0) {
      TrialTables.Place place = TrialTables.pdpte(random);
      return new Step.Store(place.slot(), place.word(), TrialTables.pdpteValue(random));
    }
    TrialTables.Place place = TrialTables.Place.random(random);
    return new Step.Store(place.slot(), place.word(), TrialTables.entry(random));
  }

  private static Step rare(Random random) {
    return switch (random.nextInt(40)) {
      case 0, 1, 2, 3, 4, 5, 6 -> new Step.TurnCr0(ControlBits.CR0_WP);
      case 7 -> new Step.TurnEfer(ControlBits.EFER_NXE);
      case 8, 9, 10, 11 -> new Step.AllSlots();
      case 12 -> new Step.A20(random.nextBoolean());
      case 13, 14, 15 ->
          new Step.Enter(MODES[random.nextInt(MODES.length)], random.nextInt(3), true);
      case 16, 17, 18 -> new Step.ToggleSlot(slot(random), random.nextInt(3) == 0);
      case 19, 20, 21, 22, 23, 24 -> {
        Step.ChangeSlot.Change[] changes = Step.ChangeSlot.Change.values();
        yield new Step.ChangeSlot(slot(random), changes[random.nextInt(changes.length)]);
      }
      case 25, 26 -> new Step.UseTlbs(1 << (2 * random.nextInt(6)), 1 << random.nextInt(5));
      case 27, 28, 29 -> new Step.TurnCr4(CR4_LINEAR[random.nextInt(2)], random.nextInt(3) == 0);
      default -> new Step.TurnCr4(CR4_BITS[random.nextInt(CR4_BITS.length)], random.nextBoolean());
    };
  }

  /** Slot 0, which holds most tables, seldom. */
  private static int slot(Random random) {
    return random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(2);
  }

  private static int number(Random random) {
    return random.nextInt(4) != 0 ? -1 - random.nextInt(8) : random.nextInt(1 << 10);
  }

  private static Step touch(Random random) {
    int access;
    do {
      access = random.nextInt(Access.LIMIT);
    } while (!Access.isValid(access));
    long alias = random.nextLong(8) << 9;
    alias |= random.nextInt(5) == 0 ? random.nextLong(4) << 12 : 0;
    if (random.nextInt(50) == 0) {
      alias |= 1L << (30 + random.nextInt(34));
    }
    Cure[] cures = Cure.values();
    return new Step.Touch(number(random), alias, access, cures[random.nextInt(cures.length)]);
  }

  private static Step loadCr3(Random random) {
    long high = random.nextInt(3) != 0 ? ControlBits.CR3_NO_FLUSH : 0;
    high |= random.nextInt(10) == 0 ? ControlBits.CR3_LAM_U48 : 0;
    high |= random.nextInt(10) == 0 ? ControlBits.CR3_LAM_U57 : 0;
    int pcid = random.nextInt(3);
    // Mostly each PCID has its own root, as a guest would have it.
    return new Step.LoadCr3(random.nextInt(8) == 0 ? random.nextInt(3) : pcid, pcid, high);
  }
}
