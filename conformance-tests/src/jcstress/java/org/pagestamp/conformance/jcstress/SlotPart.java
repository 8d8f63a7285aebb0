package org.pagestamp.conformance.jcstress;

import org.pagestamp.slot.DirtyLog;
import org.pagestamp.slot.MemSlot;

/** What a state of a test has to itself: a slot of two pages, whose first bytes are zero. */
class SlotPart {
  /** Pages of a slot. */
  static final long PAGES = 2;

  /** What is stored first. */
  static final long FIRST = 0x1111_1111_1111_1111L;

  /** What is stored then. */
  static final long SECOND = 0x2222_2222_2222_2222L;

  /** What a page that was not copied is told by; what is stored has other values. */
  private static final long NOTHING = -1;

  /** Bytes between those that only one virtual CPU changes, in cache lines of their own. */
  private static final long APART = 256;

  private final StressSlots slots;
  private final long turn;
  private final MemSlot slot;

  /** The bytes that are changed, 1, 2, 4 or 8; each has its turn. */
  private final int size;

  /** A part, with a dirty log or without. */
  SlotPart(StressSlots slots, boolean logs) {
    this.slots = slots;
    turn = slots.nextTurn();
    size = 1 << (turn & 3);
    MemSlot plain = slots.slot(turn, false);
    for (long at = 0; at < MemSlot.PAGE_SIZE; at += APART) {
      plain.write(plain.baseGpa() + at, Long.BYTES, 0);
      plain.write(plain.baseGpa() + at + Long.BYTES, Long.BYTES, 0);
    }
    slot = logs ? slots.slot(turn, true) : plain;
  }

  // Bytes beside others. FIRST and SECOND have the same value in each.

  /** Exchanges the first bytes, which should be zero; gives what was found. */
  final long exchange(long value) {
    return slot.compareAndExchange(slot.baseGpa(), size, 0, value);
  }

  final void storeBeside(long value) {
    slot.write(slot.baseGpa() + size, size, value);
  }

  /** What an exchange found, against one that has written {@code other}. */
  final String found(long found, long other) {
    slots.requireOwner(turn);
    return found == 0
        ? "exchanged"
        : found == truncated(other) ? "found the other's" : size + " byte(s): " + found;
  }

  /** Whether the first bytes have FIRST, those next to them SECOND, and the rest nothing. */
  final String changed() {
    long first = slot.read(slot.baseGpa(), size);
    long second = slot.read(slot.baseGpa() + size, size);
    boolean rest = true;
    for (int i = 2 * size; i < 2 * Long.BYTES; i++) {
      rest &= slot.read(slot.baseGpa() + i, 1) == 0;
    }
    return first == truncated(FIRST) && second == truncated(SECOND) && rest
        ? "both"
        : size + " byte(s): " + Long.toHexString(first) + " " + Long.toHexString(second);
  }

  private long truncated(long value) {
    return value & (-1L >>> (Long.SIZE - Byte.SIZE * size));
  }

  /** Stores 1 to a byte, exchanges elsewhere in vain, and loads another byte. */
  final long storeExchangeAndLoad(int own, int other) {
    slot.write(slot.baseGpa() + own * APART, 1, 1);
    long _ = slot.compareAndExchange(slot.baseGpa() + (2 + own) * APART, size, 1, 2);
    return slot.read(slot.baseGpa() + other * APART, 1);
  }

  // The dirty log.

  final void storeToPage(int page, long value) {
    slot.write(slot.baseGpa() + page * MemSlot.PAGE_SIZE, Long.BYTES, value);
  }

  final DirtyLog log() {
    return slot.dirtyLog();
  }

  /** What the first page has, if the log has it. */
  final long copy(long[] bits) {
    return (bits[0] & 1) != 0 ? slot.read(slot.baseGpa(), Long.BYTES) : NOTHING;
  }

  final String page(long copied) {
    slots.requireOwner(turn);
    if (copied == NOTHING) {
      return "nothing";
    }
    return copied == FIRST
        ? "first"
        : copied == SECOND ? "second" : copied == 0 ? "empty" : "torn: " + copied;
  }

  final String dirt(int page) {
    return slot.dirtyLog().isDirty(page) ? "dirty" : "clean";
  }
}
