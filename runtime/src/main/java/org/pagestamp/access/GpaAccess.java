package org.pagestamp.access;

import static org.pagestamp.access.PageAccess.checkSize;
import static org.pagestamp.access.PageAccess.inFirstPage;
import static org.pagestamp.access.PageAccess.nextPage;

import java.util.Objects;
import java.util.function.Supplier;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;

/**
 * Reads and writes of 1 to 8 bytes by guest-physical address, little-endian, to memory and devices:
 * for device DMA, and for what processors reach without translation. Every address is allowed; what
 * no slot holds is a device's.
 *
 * <p>An access takes the slots as they are when it begins and keeps to them. Where it does not
 * cross a page it is the slot's single access; where it does it is one for each page, lower first.
 * Writes mark the dirty log after they are done. For ranges, and where devices must not answer,
 * {@link org.pagestamp.slot.GuestMemory} is there.
 *
 * <p>Safe for use by several threads if the supplier and the devices are.
 */
public final class GpaAccess {
  private final Supplier<SlotLayout> layout;
  private final PageAccess pages;

  /**
   * An access to the slots that {@code layout} gives at the time, for example {@code
   * memorySlots::layout}.
   */
  public GpaAccess(Supplier<SlotLayout> layout, MmioHandler devices) {
    this.layout = Objects.requireNonNull(layout, "layout");
    this.pages = new PageAccess(devices);
  }

  private static MemSlot slotAt(SlotLayout slots, long gpa) {
    return slots.find(gpa >>> MemSlot.PAGE_SHIFT);
  }

  /**
   * Reads.
   *
   * @param size 1 to 8 bytes
   * @return the value, zero-extended
   * @throws IllegalArgumentException if {@code size} is not such
   * @throws IllegalStateException if the arena of a slot's memory is closed
   */
  public long read(long gpa, int size) {
    checkSize(size);
    SlotLayout slots = layout.get();
    int part = inFirstPage(gpa, size);
    MemSlot slot = slotAt(slots, gpa);
    if (part == size) {
      return pages.read(slot, gpa, size);
    }
    long next = nextPage(gpa);
    return pages.read(slot, gpa, part, slotAt(slots, next), next, size);
  }

  /**
   * Writes.
   *
   * @param size 1 to 8 bytes
   * @param value of which the low {@code size} bytes count
   * @throws IllegalArgumentException if {@code size} is not such
   * @throws IllegalStateException if the arena of a slot's memory is closed
   */
  public void write(long gpa, int size, long value) {
    checkSize(size);
    SlotLayout slots = layout.get();
    int part = inFirstPage(gpa, size);
    MemSlot slot = slotAt(slots, gpa);
    if (part == size) {
      pages.write(slot, gpa, size, value);
      return;
    }
    long next = nextPage(gpa);
    pages.write(slot, gpa, part, slotAt(slots, next), next, size, value);
  }

  /**
   * Writes {@code value} if {@code expected} is there: see {@link MemSlot#compareAndExchange}. Not
   * atomic across pages, on devices and read-only slots: there it is a read and then a write, of
   * what was read if that is not {@code expected}.
   *
   * @param size 1 to 8 bytes
   * @param expected of which the low {@code size} bytes count
   * @param value of which the low {@code size} bytes count
   * @return what was there, zero-extended
   * @throws IllegalArgumentException if {@code size} is not such
   * @throws IllegalStateException if the arena of a slot's memory is closed
   */
  public long compareAndExchange(long gpa, int size, long expected, long value) {
    checkSize(size);
    SlotLayout slots = layout.get();
    int part = inFirstPage(gpa, size);
    MemSlot slot = slotAt(slots, gpa);
    if (part == size) {
      return pages.compareAndExchange(slot, gpa, size, expected, value);
    }
    long next = nextPage(gpa);
    return pages.compareAndExchange(
        slot, gpa, part, slotAt(slots, next), next, size, expected, value);
  }
}
