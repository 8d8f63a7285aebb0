package org.pagestamp.conformance.smp;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.EnumSet;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.DirtyLog;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotFlag;

/**
 * Changes slots while virtual CPUs use them: one comes and goes, each time with an arena of its own
 * that is closed as soon as it is out of use; one moves; two are read-only now and then.
 */
final class LayoutChanger implements Runnable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int LONGEST_REST_MICROS = 2_000;

  private final StressLog log;
  private final Pause pause;
  private final MemorySlots slots;
  private final SplittableRandom random;
  private Arena coming;
  private Shadow shadow;

  LayoutChanger(StressGuest guest, StressLog log, Pause pause, long seed) {
    this.log = log;
    this.pause = pause;
    this.slots = guest.slots();
    this.random = new SplittableRandom(seed);
  }

  @Override
  public void run() {
    try {
      while (!pause.isOver()) {
        step();
        log.layouts.increment();
        TimeUnit.MICROSECONDS.sleep(random.nextInt(LONGEST_REST_MICROS));
      }
      if (coming != null) {
        remove();
      }
    } catch (InterruptedException e) {
      log.problem("the changer of slots was interrupted");
    } catch (RuntimeException | Error e) {
      log.problem("the changer of slots got " + e);
    }
  }

  private void step() throws InterruptedException {
    switch (random.nextInt(4)) {
      case 0 -> slots.readOnly(StressGuest.TABLE, random.nextBoolean());
      case 1 -> slots.readOnly(StressGuest.MOVING, random.nextBoolean());
      case 2 -> slots.move(StressGuest.MOVING, StressGuest.MOVING_BASES[random.nextInt(2)]);
      default -> {
        if (coming == null) {
          add();
        } else {
          remove();
        }
      }
    }
  }

  private void add() {
    coming = Arena.ofShared();
    slots.create(
        StressGuest.COMING,
        StressGuest.COMING_BASE,
        StressGuest.SMALL_BYTES,
        EnumSet.of(SlotFlag.LOG_DIRTY_PAGES),
        Backing.of(coming.allocate(StressGuest.SMALL_BYTES, MemSlot.PAGE_SIZE)));
    shadow = new Shadow(slots.slot(StressGuest.COMING));
  }

  private void remove() throws InterruptedException {
    MemSlot gone = slots.delete(StressGuest.COMING);
    DirtyLog dirty = gone.dirtyLog();
    if (!slots.awaitUse(PATIENCE)) {
      log.problem("a virtual CPU still used old slots after " + PATIENCE);
      return; // and the arena stays open
    }
    log.dirtyPages.add(shadow.takeDirty(gone, dirty));
    int lost = shadow.lostPage(gone);
    if (lost >= 0) {
      log.lostPage(lost, gone);
    }
    coming.close();
    coming = null;
  }
}
