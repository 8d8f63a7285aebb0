package org.pagestamp.access;

import java.util.Objects;
import org.pagestamp.slot.MemSlot;

/**
 * Accesses that do not cross a page: to memory or to devices.
 *
 * <p>The slot is the page's, or null where there is none.
 */
record PageAccess(MmioHandler devices) {
  private static final int PAGE_OFFSET = (int) MemSlot.PAGE_SIZE - 1;

  PageAccess {
    Objects.requireNonNull(devices, "devices");
  }

  /** Refuses sizes that no access has. */
  static void checkSize(int size) {
    if (size < 1 || size > Long.BYTES) {
      throw new IllegalArgumentException("size " + size + " is outside 1..8");
    }
  }

  /** How many of {@code size} bytes lie in the page of the first. */
  static int inFirstPage(long address, int size) {
    return Math.min(size, PAGE_OFFSET + 1 - (int) (address & PAGE_OFFSET));
  }

  /** The first address of the next page. */
  static long nextPage(long address) {
    return (address | PAGE_OFFSET) + 1;
  }

  /** The bits of a value of {@code size} bytes. */
  static long mask(int size) {
    return -1L >>> (Long.SIZE - Byte.SIZE * size);
  }

  long read(MemSlot slot, long gpa, int size) {
    return slot == null ? devices.read(gpa, size) & mask(size) : slot.read(gpa, size);
  }

  void write(MemSlot slot, long gpa, int size, long value) {
    if (isMemory(slot)) {
      slot.write(gpa, size, value);
    } else {
      devices.write(gpa, size, value & mask(size));
    }
  }

  long compareAndExchange(MemSlot slot, long gpa, int size, long expected, long value) {
    if (isMemory(slot)) {
      return slot.compareAndExchange(gpa, size, expected, value);
    }
    long found = read(slot, gpa, size);
    write(slot, gpa, size, written(found, size, expected, value));
    return found;
  }

  private static boolean isMemory(MemSlot slot) {
    return slot != null && !slot.isReadOnly();
  }

  /**
   * CMPXCHG always writes: what it has found if that is not {@code expected} (Intel SDM vol. 2).
   */
  private static long written(long found, int size, long expected, long value) {
    return found == (expected & mask(size)) ? value : found;
  }

  // Across two pages, lower first

  long read(MemSlot lowSlot, long lowGpa, int lowSize, MemSlot highSlot, long highGpa, int size) {
    long low = read(lowSlot, lowGpa, lowSize);
    return low | (read(highSlot, highGpa, size - lowSize) << (Byte.SIZE * lowSize));
  }

  void write(
      MemSlot lowSlot,
      long lowGpa,
      int lowSize,
      MemSlot highSlot,
      long highGpa,
      int size,
      long value) {
    write(lowSlot, lowGpa, lowSize, value);
    write(highSlot, highGpa, size - lowSize, value >>> (Byte.SIZE * lowSize));
  }

  long compareAndExchange(
      MemSlot lowSlot,
      long lowGpa,
      int lowSize,
      MemSlot highSlot,
      long highGpa,
      int size,
      long expected,
      long value) {
    long found = read(lowSlot, lowGpa, lowSize, highSlot, highGpa, size);
    long written = written(found, size, expected, value);
    write(lowSlot, lowGpa, lowSize, highSlot, highGpa, size, written);
    return found;
  }
}
