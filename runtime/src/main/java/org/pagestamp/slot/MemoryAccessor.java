package org.pagestamp.slot;

/**
 * Guest memory that an emulator keeps in objects of its own: lazily created blocks, bus ports,
 * memory whose stores invalidate translated code.
 *
 * <p>Addresses are guest-physical and lie inside the slot that the accessor backs. 4-byte accesses
 * are 4-byte aligned and 8-byte accesses 8-byte aligned; values are little-endian, so {@code
 * getInt(gpa)} has the byte at {@code gpa} in its low bits. A walk follows an entry read through an
 * accessor only after it has validated it, so no read happens that a processor would not do.
 *
 * <p>An accessor that serves several virtual CPUs must be safe for use by their threads. What it
 * throws reaches the caller of the walk unchanged.
 */
public interface MemoryAccessor {
  /** Reads one byte. */
  byte getByte(long gpa);

  /** Reads four bytes at once. */
  int getInt(long gpa);

  /** Reads eight bytes at once. */
  long getLong(long gpa);

  /** Writes one byte. */
  void putByte(long gpa, byte value);

  /**
   * Writes {@code value} if the four bytes are {@code expected}.
   *
   * @return whether it was written
   */
  boolean compareAndSetInt(long gpa, int expected, int value);

  /**
   * Writes {@code value} if the eight bytes are {@code expected}.
   *
   * @return whether it was written
   */
  boolean compareAndSetLong(long gpa, long expected, long value);

  /**
   * Whether the two compare-and-set methods are atomic with respect to all other writers of this
   * memory. If not, the layout must be built with {@link UpdateMode#SINGLE_VCPU}.
   */
  default boolean isAtomic() {
    return false;
  }
}
