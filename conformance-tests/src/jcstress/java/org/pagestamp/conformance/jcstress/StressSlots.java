package org.pagestamp.conformance.jcstress;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.pagestamp.conformance.MemoryKind;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;

/** Memory of which each state of a test gets two pages, with a slot and a dirty log of its own. */
final class StressSlots {
  /** Four times what jcstress keeps alive, so that a part is free when its turn comes. */
  private static final int PARTS = 4 * StressRun.STATES;

  private static final long PART_BYTES = SlotPart.PAGES * MemSlot.PAGE_SIZE;

  private final MemoryKind kind = StressSubject.ofThisJvm().memory();
  private final MemorySegment memory = kind.allocate(PARTS * PART_BYTES, Arena.global());
  private final AtomicLong turns = new AtomicLong();
  private final AtomicLongArray owners = new AtomicLongArray(PARTS);

  long nextTurn() {
    long turn = turns.getAndIncrement();
    owners.set((int) (turn % PARTS), turn);
    return turn;
  }

  /**
   * Fails if a later state has the part already.
   *
   * @throws IllegalStateException then
   */
  void requireOwner(long turn) {
    if (owners.get((int) (turn % PARTS)) != turn) {
      throw new IllegalStateException(
          "jcstress keeps too many states alive: run the tests by " + StressRun.class.getName());
    }
  }

  /** A slot over the part of a turn. */
  MemSlot slot(long turn, boolean logs) {
    long base = turn % PARTS * PART_BYTES;
    Set<SlotFlag> flags = logs ? Set.of(SlotFlag.LOG_DIRTY_PAGES) : Set.of();
    return SlotLayout.builder()
        .slot(base, PART_BYTES, flags, kind.backing(memory, base, base, PART_BYTES))
        .build()
        .slots()
        .getFirst();
  }
}
