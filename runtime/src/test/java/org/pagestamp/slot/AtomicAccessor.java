package org.pagestamp.slot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Memory for several threads with no more than an atomic accessor must have. Refuses addresses that
 * are not aligned.
 */
class AtomicAccessor implements MemoryAccessor {
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] words;

  AtomicAccessor(long[] words) {
    this.words = words;
  }

  private static int index(long gpa, int size) {
    if (gpa % size != 0) {
      throw new IllegalStateException("0x" + Long.toHexString(gpa) + " is not aligned to " + size);
    }
    return (int) (gpa >>> 3);
  }

  @Override
  public byte getByte(long gpa) {
    return (byte) ((long) WORD.getVolatile(words, index(gpa, 1)) >>> (8 * (gpa & 7)));
  }

  @Override
  public int getInt(long gpa) {
    return (int) ((long) WORD.getVolatile(words, index(gpa, 4)) >>> (8 * (gpa & 4)));
  }

  @Override
  public long getLong(long gpa) {
    return (long) WORD.getVolatile(words, index(gpa, 8));
  }

  @Override
  public void putByte(long gpa, byte value) {
    long shift = 8 * (gpa & 7);
    long old;
    do {
      old = getLong(gpa & -8);
    } while (!compareAndSetLong(
        gpa & -8, old, (old & ~(0xFFL << shift)) | ((value & 0xFFL) << shift)));
  }

  @Override
  public boolean compareAndSetInt(long gpa, int expected, int value) {
    long shift = 8 * (gpa & 4);
    int index = index(gpa, 4);
    while (true) {
      long old = (long) WORD.getVolatile(words, index);
      if ((int) (old >>> shift) != expected) {
        return false;
      }
      long wanted = (old & ~(0xFFFF_FFFFL << shift)) | (Integer.toUnsignedLong(value) << shift);
      if (WORD.compareAndSet(words, index, old, wanted)) {
        return true;
      }
    }
  }

  @Override
  public boolean compareAndSetLong(long gpa, long expected, long value) {
    return WORD.compareAndSet(words, index(gpa, 8), expected, value);
  }

  @Override
  public boolean isAtomic() {
    return true;
  }
}
