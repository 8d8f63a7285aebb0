package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.PdpteAccess;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Access;

/**
 * Noise in which the guest's tables and those of stage 2 overlap: a walk answers, in memory that it
 * may touch, and a probe foresees what the walk's own stores do to the entries it reads later.
 */
class OverlappingTablesTest {
  private static final int GUESTS = 24;
  private static final int WALKS = 60;
  private static final int PAGES = 16;

  static Iterable<NestedRole> roles() {
    return NestedRoles.all();
  }

  @ParameterizedTest
  @MethodSource("roles")
  void aProbeAnswersAsTheWalkThatFollows(NestedRole role) {
    SplittableRandom random = new SplittableRandom(20_251_126);
    PagingMode mode = role.guest().mode();
    int[] outcomes = new int[3];
    for (int i = 0; i < GUESTS; i++) {
      long[] words = new long[PAGES * 512];
      InterpretedNestedWalker walker =
          new InterpretedNestedWalker(role, layout(words, random.nextInt(PAGES)));
      NestedState state = new NestedState();
      for (int j = 0; j < WALKS; j++) {
        if (j % 15 == 0) {
          boolean narrow = role.stage2().format().entryBytes() == 4 && j % 30 != 0;
          Arrays.setAll(
              words,
              _ -> narrow ? (entry(random) & 0xFFFF_FFFFL) | (entry(random) << 32) : entry(random));
        }
        state.stage2().root(random.nextInt(PAGES) * 0x1000L);
        state.guest().cr3(random.nextInt(PAGES) * 0x1000L);
        state.guest().pdpte(random.nextInt(4), (random.nextInt(PAGES) * 0x1000L) | 1);
        long gva = random.nextLong() >> (mode.isLongMode() ? 64 - mode.gvaBits() : 32);
        int access = random.nextInt(Access.LIMIT);
        if (!Access.isValid(access)) {
          access = Access.WRITE;
        }
        long[] before = words.clone();
        long probed = walker.probe(state, gva, access);
        long gpa = state.stage2().gpa();
        long page = state.page();
        assertArrayEquals(before, words);
        long walked = walker.walk(state, gva, access);
        assertEquals(NestedResult.toString(walked), NestedResult.toString(probed));
        assertEquals(walked, probed);
        assertEquals(state.stage2().gpa(), gpa);
        assertEquals(state.page(), page);
        outcomes[NestedResult.isStage2Fault(walked) ? 0 : NestedResult.isFault(walked) ? 1 : 2]++;
      }
    }
    if (hasNoPdptesInMemory(role)) {
      assertTrue(
          outcomes[0] > 20 && outcomes[2] > 5 && (outcomes[1] > 5 || mode == PagingMode.NO_PAGING),
          () -> "too few of a kind to tell: " + Arrays.toString(outcomes));
    }
  }

  /** In noise nearly all of them have reserved bits. */
  private static boolean hasNoPdptesInMemory(NestedRole role) {
    return role.stage2().format().levels().stream().allMatch(level -> level.counted() != 0)
        && (role.guest().mode() != PagingMode.PAE || role.pdpteAccess() != PdpteAccess.IN_WALK);
  }

  private static SlotLayout layout(long[] words, int readOnlyPage) {
    MemorySegment memory = MemorySegment.ofArray(words);
    SlotLayout.Builder builder = SlotLayout.builder();
    for (int page = 0; page < PAGES; page++) {
      EnumSet<SlotFlag> flags = EnumSet.noneOf(SlotFlag.class);
      if (page == readOnlyPage) {
        flags.add(SlotFlag.READONLY);
      }
      builder.slot(page * 0x1000L, 0x1000, flags, Backing.of(memory, page * 0x1000L));
    }
    return builder.build();
  }

  /** Mostly an entry that leads on in either dimension; memory type 0, 1, 4, 5 or 6. */
  private static long entry(SplittableRandom random) {
    int[] types = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0x30};
    long flags = 7 | types[random.nextInt(16)] | random.nextInt(16) << 8;
    flags |= random.nextInt(200) == 0 ? TestGuest.PS : 0;
    return random.nextInt(100) == 0
        ? random.nextLong()
        : (random.nextInt(17) * 0x1000L | (flags & ~(random.nextInt(100) == 0 ? 7L : 0)));
  }
}
