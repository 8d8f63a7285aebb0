package org.pagestamp.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/** One virtual CPU, one thread at a time; and what becomes of memory that is taken away. */
class MmuOwnerTest {
  private final MemorySlots slots = new MemorySlots();
  private final Mmu mmu = Mmu.builder().memory(slots).build();

  private enum Use {
    TRANSLATE,
    PROBE,
    LOCATE,
    EXPLAIN,
    WRITE_REGISTER,
    DETACH,
    TAKE_SLOTS;

    void of(Mmu mmu) {
      switch (this) {
        case TRANSLATE -> mmu.translate(0, Access.READ);
        case PROBE -> mmu.probe(0, Access.READ);
        case LOCATE -> mmu.locate(0);
        case EXPLAIN -> mmu.explain(0, Access.READ);
        case WRITE_REGISTER -> mmu.cr3(0x1000);
        case DETACH -> mmu.detach();
        case TAKE_SLOTS -> mmu.takeSlots();
      }
    }
  }

  /** What a task throws in a thread of its own; null if nothing. */
  private static Throwable elsewhere(Runnable task) throws InterruptedException {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread thread = new Thread(task, "another vCPU");
    thread.setUncaughtExceptionHandler((_, e) -> thrown.set(e));
    thread.start();
    thread.join();
    return thrown.get();
  }

  @ParameterizedTest
  @EnumSource
  void anotherThreadIsRefused(Use use) throws InterruptedException {
    mmu.translate(0, Access.READ);
    Throwable refusal = elsewhere(() -> use.of(mmu));
    assertInstanceOf(WrongThreadException.class, refusal);
    assertTrue(refusal.getMessage().contains("detach()"), refusal.getMessage());
  }

  @Test
  void registersMayBeSetElsewhereBeforeTheFirstTranslation() throws InterruptedException {
    mmu.cr3(0x1000);
    assertEquals(null, elsewhere(() -> mmu.translate(0, Access.READ)));
  }

  @Test
  void aDetachedMmuGoesOnInAnotherThread() throws InterruptedException {
    mmu.translate(0, Access.READ);
    mmu.detach();
    assertEquals(null, elsewhere(() -> mmu.translate(0, Access.READ)));
    assertThrows(WrongThreadException.class, () -> mmu.translate(0, Access.READ));
  }

  @Test
  void slotsInUseAreWaitedFor() throws InterruptedException {
    slots.create(0, 0, 0x1000, EnumSet.noneOf(SlotFlag.class), Backing.of(new long[512]));
    mmu.translate(0, Access.READ);
    slots.delete(0);
    assertFalse(slots.awaitUse(Duration.ZERO));
    mmu.translate(0, Access.READ);
    assertTrue(slots.awaitUse(Duration.ZERO));
  }

  @Test
  void aDetachedMmuIsNotWaitedFor() throws InterruptedException {
    mmu.translate(0, Access.READ);
    slots.create(0, 0, 0x1000, EnumSet.noneOf(SlotFlag.class), Backing.of(new long[512]));
    mmu.detach();
    assertTrue(slots.awaitUse(Duration.ZERO));
  }

  @Test
  void aWalkThroughClosedMemoryNamesTheSlot() {
    Arena arena = Arena.ofShared();
    slots.create(
        0, 0, 0x1000, EnumSet.noneOf(SlotFlag.class), Backing.of(arena.allocate(0x1000, 0x1000)));
    mmu.restore(ControlBits.CR0_PE | ControlBits.CR0_PG, 0, 0, 0);
    assertTrue(WalkResult.isFault(mmu.translate(0, Access.READ)));
    arena.close();
    for (Use use : new Use[] {Use.TRANSLATE, Use.PROBE, Use.LOCATE, Use.EXPLAIN}) {
      IllegalStateException thrown = assertThrows(IllegalStateException.class, () -> use.of(mmu));
      assertTrue(thrown.getMessage().contains("[0x0, 0x1000) ram"), thrown.getMessage());
      assertTrue(thrown.getMessage().contains("awaitUse"), thrown.getMessage());
    }
  }

  @Test
  void anMmuNeedsMemory() {
    assertThrows(IllegalStateException.class, () -> Mmu.builder().build());
  }

  @Test
  void anImpossibleAccessIsRefused() {
    int both = Access.WRITE | Access.FETCH;
    assertThrows(IllegalArgumentException.class, () -> mmu.translate(0, both));
    assertThrows(IllegalArgumentException.class, () -> mmu.probe(0, both));
    assertThrows(IllegalArgumentException.class, () -> mmu.explain(0, both));
  }
}
