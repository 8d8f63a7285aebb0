package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/**
 * Slots with holes between them that lie in one segment, which has entries in the holes, too: none
 * of those is ever taken for a guest's.
 */
class SharedMemoryTest {
  private static final int ROUNDS = 20_000;
  private static final int WORDS_IN_PAGE = 512;

  /**
   * Walks through random tables.
   *
   * @param slots how many; half as many pages are holes
   * @param pages of each slot
   * @param distance from the guest's addresses to the segment's, in pages
   * @param shuffled whether slots have another order in memory than in the guest
   */
  @ParameterizedTest
  @CsvSource({
    "2, 4, 0, false", "6, 4, 0, false", "6, 4, 3, false", "12, 4, 3, false", "12, 3, 0, false",
    "40, 1, 5, false", "2, 4, 0, true", "6, 4, 0, true", "12, 4, 3, true", "40, 1, 5, true"
  })
  void entriesInHolesAreNone(int slots, int pages, int distance, boolean shuffled) {
    long size = pages * MemSlot.PAGE_SIZE;
    int allPages = 2 * slots * pages;
    Random random = new Random(11);
    MemorySegment memory =
        MemorySegment.ofArray(entries(random, (allPages + distance) * WORDS_IN_PAGE, allPages));
    List<Long> places = new ArrayList<>();
    for (int i = 0; i < slots; i++) {
      places.add(2L * i * size + distance * MemSlot.PAGE_SIZE);
    }
    if (shuffled) {
      Collections.shuffle(places, random);
    }
    SlotLayout.Builder builder = SlotLayout.builder();
    for (int i = 0; i < slots; i++) {
      builder.slot(
          2L * i * size, size, EnumSet.noneOf(SlotFlag.class), Backing.of(memory, places.get(i)));
    }
    SlotLayout layout = builder.build();
    Walker generated = new Stamper().stamp(Layouts.FOUR_LEVEL, layout);
    Walker interpreted = new InterpretedWalker(Layouts.FOUR_LEVEL, layout);
    int holes = 0;
    int successes = 0;
    VcpuState vcpu = new VcpuState();
    for (int round = 0; round < ROUNDS; round++) {
      vcpu.cr3((long) random.nextInt(allPages) << MemSlot.PAGE_SHIFT);
      long gva = random.nextLong() >> 16;
      long expected = interpreted.probe(vcpu, gva, Access.USER);
      assertEquals(expected, generated.walk(vcpu, gva, Access.USER), () -> Long.toHexString(gva));
      if (WalkResult.isFault(expected)) {
        holes++;
      } else {
        successes++;
      }
    }
    assertTrue(holes > ROUNDS / 4 && successes > 10, holes + " faults, " + successes);
  }

  /** Entries that allow everything and lead to any page up to one beyond the last. */
  private static long[] entries(Random random, int count, int pages) {
    long flags = EntryBits.P | EntryBits.W | EntryBits.U | EntryBits.A | EntryBits.D;
    long[] entries = new long[count];
    for (int i = 0; i < count; i++) {
      entries[i] = (long) random.nextInt(pages + 1) << MemSlot.PAGE_SHIFT | flags;
    }
    return entries;
  }
}
