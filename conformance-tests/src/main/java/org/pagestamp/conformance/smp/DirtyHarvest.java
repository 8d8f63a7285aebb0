package org.pagestamp.conformance.smp;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.MemorySlots;

/**
 * Keeps copies of the slots that stay, by their dirty logs. Each epoch begins as a migration does,
 * with logs turned on anew and a whole copy, and ends with all virtual CPUs stopped and every byte
 * compared.
 */
final class DirtyHarvest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int[] STAYING = {StressGuest.MAIN, StressGuest.TABLE, StressGuest.MOVING};

  private final StressGuest guest;
  private final StressLog log;
  private final Map<Integer, Shadow> shadows = new LinkedHashMap<>();

  DirtyHarvest(StressGuest guest, StressLog log) {
    this.guest = guest;
    this.log = log;
    for (int id : STAYING) {
      shadows.put(id, new Shadow(guest.slots().slot(id)));
    }
  }

  /** Turns the logs off and on again, and copies everything once all virtual CPUs know of it. */
  void begin() throws InterruptedException {
    MemorySlots slots = guest.slots();
    for (int id : STAYING) {
      slots.logDirty(id, false);
      slots.logDirty(id, true);
      log.layouts.add(2);
    }
    if (!slots.awaitUse(PATIENCE)) {
      log.problem("a virtual CPU still used old slots after " + PATIENCE);
    }
    shadows.forEach((id, shadow) -> shadow.takeAll(slots.slot(id)));
  }

  /** Takes all logs once. */
  void take() {
    shadows.forEach(
        (id, shadow) -> {
          MemSlot slot = guest.slots().slot(id);
          log.dirtyPages.add(shadow.takeDirty(slot, slot.dirtyLog()));
          log.harvests.increment();
        });
  }

  /** Takes what is left, compares, and makes cold entries cold again; nobody writes meanwhile. */
  void end() {
    take();
    shadows.forEach(
        (id, shadow) -> {
          MemSlot slot = guest.slots().slot(id);
          int lost = shadow.lostPage(slot);
          if (lost >= 0) {
            log.lostPage(lost, slot);
          }
        });
    long expected = log.increments.get();
    if (guest.counter() != expected) {
      log.problem(
          "the counter is " + guest.counter() + " after " + expected + " LOCKed increments");
    }
    guest.cool();
    log.epochs.increment();
  }
}
