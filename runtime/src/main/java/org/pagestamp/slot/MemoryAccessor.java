package org.pagestamp.slot;

/**
 * Guest memory that an emulator keeps in objects of its own: lazily created blocks, bus ports,
 * memory whose stores invalidate translated code.
 *
 * <p>Two methods are enough where one thread at a time uses the memory: {@link #getByte} and {@link
 * #putByte}. The wider ones are made of them, and better overridden where the emulator has wider
 * accesses of its own. A walk reads entries by {@link #getInt} (2-level paging) or {@link #getLong}
 * and sets accessed and dirty bits by {@link #compareAndSetInt} or {@link #compareAndSetLong}; what
 * these store goes through {@link #putInt} and {@link #putLong} unless overridden.
 *
 * <p>Addresses are guest-physical and lie inside the slot that the accessor backs. Accesses of 2, 4
 * and 8 bytes are aligned to their size; values are little-endian, so {@code getInt(gpa)} has the
 * byte at {@code gpa} in its low bits. A walk follows an entry read through an accessor only after
 * it has validated it, so no read happens that a processor would not do.
 *
 * <p>An accessor that serves several virtual CPUs must be safe for use by their threads: it says so
 * by {@link #isAtomic}, and overrides both compare-and-set methods, {@code getInt} and {@code
 * getLong}. What an accessor throws reaches the caller of the walk unchanged.
 */
public interface MemoryAccessor {
  /** Reads one byte. */
  byte getByte(long gpa);

  /** Writes one byte. */
  void putByte(long gpa, byte value);

  /** Reads two bytes; by default part of {@link #getInt} if atomic, else one by one. */
  default short getShort(long gpa) {
    if (isAtomic()) {
      return (short) (getInt(gpa & -4) >>> (8 * (int) (gpa & 2)));
    }
    return (short) ((getByte(gpa) & 0xFF) | (getByte(gpa + 1) << 8));
  }

  /** Reads four bytes at once; by default one by one. */
  default int getInt(long gpa) {
    return (getByte(gpa) & 0xFF)
        | ((getByte(gpa + 1) & 0xFF) << 8)
        | ((getByte(gpa + 2) & 0xFF) << 16)
        | (getByte(gpa + 3) << 24);
  }

  /** Reads eight bytes at once; by default by {@link #getInt}, twice. */
  default long getLong(long gpa) {
    return Integer.toUnsignedLong(getInt(gpa)) | ((long) getInt(gpa + 4) << 32);
  }

  /** Writes two bytes; by default by compare-and-set if atomic, else one by one. */
  default void putShort(long gpa, short value) {
    if (isAtomic()) {
      int shift = 8 * (int) (gpa & 2);
      int old;
      do {
        old = getInt(gpa & -4);
      } while (!compareAndSetInt(
          gpa & -4, old, (old & ~(0xFFFF << shift)) | ((value & 0xFFFF) << shift)));
      return;
    }
    putByte(gpa, (byte) value);
    putByte(gpa + 1, (byte) (value >>> 8));
  }

  /** Writes four bytes; by default by compare-and-set if atomic, else one by one. */
  default void putInt(long gpa, int value) {
    if (isAtomic()) {
      int old;
      do {
        old = getInt(gpa);
      } while (!compareAndSetInt(gpa, old, value));
      return;
    }
    for (int i = 0; i < Integer.BYTES; i++) {
      putByte(gpa + i, (byte) (value >>> (8 * i)));
    }
  }

  /**
   * Writes eight bytes; by default by compare-and-set if atomic, else by {@link #putInt}, twice.
   */
  default void putLong(long gpa, long value) {
    if (isAtomic()) {
      long old;
      do {
        old = getLong(gpa);
      } while (!compareAndSetLong(gpa, old, value));
      return;
    }
    putInt(gpa, (int) value);
    putInt(gpa + 4, (int) (value >>> 32));
  }

  /**
   * Writes {@code value} if the four bytes are {@code expected}; by default by {@link #getInt} and
   * {@link #putInt}, which is no atomic step.
   *
   * @return whether it was written
   * @throws UnsupportedOperationException if the accessor {@link #isAtomic} and does not override
   *     this
   */
  default boolean compareAndSetInt(long gpa, int expected, int value) {
    requireNotAtomic("compareAndSetInt");
    boolean equal = getInt(gpa) == expected;
    if (equal) {
      putInt(gpa, value);
    }
    return equal;
  }

  /**
   * Writes {@code value} if the eight bytes are {@code expected}; by default by {@link #getLong}
   * and {@link #putLong}, which is no atomic step.
   *
   * @return whether it was written
   * @throws UnsupportedOperationException if the accessor {@link #isAtomic} and does not override
   *     this
   */
  default boolean compareAndSetLong(long gpa, long expected, long value) {
    requireNotAtomic("compareAndSetLong");
    boolean equal = getLong(gpa) == expected;
    if (equal) {
      putLong(gpa, value);
    }
    return equal;
  }

  private void requireNotAtomic(String method) {
    if (isAtomic()) {
      throw new UnsupportedOperationException(
          getClass().getName() + " says that it is atomic, so it must override " + method);
    }
  }

  /**
   * Whether the two compare-and-set methods are atomic with respect to all other writers of this
   * memory. If not, the layout must be built with {@link UpdateMode#SINGLE_VCPU}.
   */
  default boolean isAtomic() {
    return false;
  }
}
