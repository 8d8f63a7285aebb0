package org.pagestamp.bench.image;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.pagestamp.slot.MemoryAccessor;

/** An emulator's memory object around an array of 8-byte words, based at gpa 0. */
final class ArrayAccessor implements MemoryAccessor {
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] words;

  ArrayAccessor(long[] words) {
    this.words = words;
  }

  @Override
  public byte getByte(long gpa) {
    return (byte) (getLong(gpa) >>> ((gpa & 7) * 8));
  }

  @Override
  public int getInt(long gpa) {
    return (int) (getLong(gpa) >>> ((gpa & 4) * 8));
  }

  @Override
  public long getLong(long gpa) {
    return words[(int) (gpa >>> 3)];
  }

  @Override
  public void putByte(long gpa, byte value) {
    int shift = (int) (gpa & 7) * 8;
    long old;
    do {
      old = getLong(gpa);
    } while (!compareAndSetLong(
        gpa & ~7, old, (old & ~(0xFFL << shift)) | (value & 0xFFL) << shift));
  }

  @Override
  public boolean compareAndSetInt(long gpa, int expected, int value) {
    int shift = (int) (gpa & 4) * 8;
    long mask = 0xFFFF_FFFFL << shift;
    while (true) {
      long old = getLong(gpa);
      if ((int) (old >>> shift) != expected) {
        return false;
      }
      if (compareAndSetLong(gpa & ~7, old, (old & ~mask) | (value & 0xFFFF_FFFFL) << shift)) {
        return true;
      }
    }
  }

  @Override
  public boolean compareAndSetLong(long gpa, long expected, long value) {
    return WORD.compareAndSet(words, (int) (gpa >>> 3), expected, value);
  }

  @Override
  public boolean isAtomic() {
    return true;
  }
}
