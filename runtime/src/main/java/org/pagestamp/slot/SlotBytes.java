package org.pagestamp.slot;

/**
 * Accesses of 1 to 8 bytes to the memory of one slot. Addresses are guest-physical and lie in the
 * slot; values are little-endian and zero-extended.
 */
abstract sealed class SlotBytes permits SegmentBytes, AccessorBytes {
  static SlotBytes of(Backing backing, long baseGpa, long byteSize) {
    return switch (backing) {
      case AccessorBacking(MemoryAccessor accessor) -> new AccessorBytes(accessor);
      case SegmentBacking segment -> new SegmentBytes(segment, baseGpa, byteSize);
    };
  }

  /** The bits of a value of {@code size} bytes, 1 to 8. */
  static long mask(int size) {
    return -1L >>> (Long.SIZE - Byte.SIZE * size);
  }

  /** Whether one access can have this size at this address: a power of two, naturally aligned. */
  static boolean isAligned(long gpa, int size) {
    return (size & size - 1) == 0 && (gpa & size - 1) == 0;
  }

  /** Reads; in one access where it {@link #isAligned} and the memory is. */
  abstract long read(long gpa, int size);

  /** Writes; in one access where it {@link #isAligned} and the memory is. */
  abstract void write(long gpa, int size, long value);

  /** Writes {@code value} where {@code expected} is; both zero-extended. Gives what was there. */
  abstract long compareAndExchange(long gpa, int size, long expected, long value);

  /** The value of 1 or 2 bytes that an int has from bit {@code shift} on. */
  static long extract(int around, int shift, int size) {
    return ((long) around >>> shift) & mask(size);
  }

  /** The int with another such value, zero-extended. */
  static int insert(int around, int shift, int size, long value) {
    int mask = (int) mask(size) << shift;
    return (around & ~mask) | ((int) value << shift);
  }

  /** The largest aligned part of a range that starts where the range does: 1, 2, 4 or 8 bytes. */
  static int alignedPart(long gpa, int size) {
    return (int) Math.min(Integer.highestOneBit(size), Long.lowestOneBit(gpa | Long.BYTES));
  }

  /** Reads a range in aligned parts, lowest first. */
  final long readInParts(long gpa, int size) {
    long value = 0;
    for (int done = 0; done < size; ) {
      int part = alignedPart(gpa + done, size - done);
      value |= read(gpa + done, part) << (Byte.SIZE * done);
      done += part;
    }
    return value;
  }

  /** Writes a range in aligned parts, lowest first. */
  final void writeInParts(long gpa, int size, long value) {
    for (int done = 0; done < size; ) {
      int part = alignedPart(gpa + done, size - done);
      write(gpa + done, part, value >>> (Byte.SIZE * done));
      done += part;
    }
  }

  /** Compares and writes in separate steps. */
  final long exchangeInSteps(long gpa, int size, long expected, long value) {
    long found = read(gpa, size);
    if (found == expected) {
      write(gpa, size, value);
    }
    return found;
  }
}
