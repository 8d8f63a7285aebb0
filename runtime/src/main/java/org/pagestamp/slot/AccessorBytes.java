package org.pagestamp.slot;

import java.lang.invoke.VarHandle;

/** The bytes of a slot behind a {@link MemoryAccessor}, which gets aligned addresses only. */
final class AccessorBytes extends SlotBytes {
  private final MemoryAccessor accessor;

  AccessorBytes(MemoryAccessor accessor) {
    this.accessor = accessor;
  }

  @Override
  long read(long gpa, int size) {
    if (!isAligned(gpa, size)) {
      return readInParts(gpa, size);
    }
    return switch (size) {
      case Byte.BYTES -> Byte.toUnsignedLong(accessor.getByte(gpa));
      case Short.BYTES -> Short.toUnsignedLong(accessor.getShort(gpa));
      case Integer.BYTES -> Integer.toUnsignedLong(accessor.getInt(gpa));
      default -> accessor.getLong(gpa);
    };
  }

  @Override
  void write(long gpa, int size, long value) {
    if (!isAligned(gpa, size)) {
      writeInParts(gpa, size, value);
      return;
    }
    switch (size) {
      case Byte.BYTES -> accessor.putByte(gpa, (byte) value);
      case Short.BYTES -> accessor.putShort(gpa, (short) value);
      case Integer.BYTES -> accessor.putInt(gpa, (int) value);
      default -> accessor.putLong(gpa, value);
    }
  }

  @Override
  long compareAndExchange(long gpa, int size, long expected, long value) {
    long found = exchange(gpa, size, expected, value);
    VarHandle.fullFence(); // LOCK orders memory also where it changes none
    return found;
  }

  private long exchange(long gpa, int size, long expected, long value) {
    if (!isAligned(gpa, size)) {
      return exchangeInSteps(gpa, size, expected, value);
    }
    // Compare-and-set of accessors does not tell what it found, hence a read before each.
    if (size >= Integer.BYTES) {
      long found;
      do {
        found = read(gpa, size);
      } while (found == expected && !compareAndSet(gpa, size, expected, value));
      return found;
    }
    int shift = (int) (gpa & Integer.BYTES - 1) * Byte.SIZE;
    long start = gpa & -Integer.BYTES;
    int around;
    do {
      around = accessor.getInt(start);
    } while (extract(around, shift, size) == expected
        && !accessor.compareAndSetInt(start, around, insert(around, shift, size, value)));
    return extract(around, shift, size);
  }

  private boolean compareAndSet(long gpa, int size, long expected, long value) {
    return size == Long.BYTES
        ? accessor.compareAndSetLong(gpa, expected, value)
        : accessor.compareAndSetInt(gpa, (int) expected, (int) value);
  }
}
