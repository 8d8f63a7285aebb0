package org.pagestamp.codegen;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pagestamp.slot.MemoryAccessor;

/** An emulator's memory object over an array, based at gpa 0. */
class LongArrayAccessor implements MemoryAccessor {
  private final MemorySegment memory;

  LongArrayAccessor(int bytes) {
    this(new long[bytes / Long.BYTES]);
  }

  LongArrayAccessor(long[] words) {
    memory = MemorySegment.ofArray(words);
  }

  @Override
  public byte getByte(long gpa) {
    return memory.get(ValueLayout.JAVA_BYTE, gpa);
  }

  @Override
  public int getInt(long gpa) {
    return memory.get(ValueLayout.JAVA_INT, gpa);
  }

  @Override
  public long getLong(long gpa) {
    return memory.get(ValueLayout.JAVA_LONG, gpa);
  }

  @Override
  public void putByte(long gpa, byte value) {
    memory.set(ValueLayout.JAVA_BYTE, gpa, value);
  }

  @Override
  public boolean compareAndSetInt(long gpa, int expected, int value) {
    if (getInt(gpa) != expected) {
      return false;
    }
    memory.set(ValueLayout.JAVA_INT, gpa, value);
    return true;
  }

  @Override
  public boolean compareAndSetLong(long gpa, long expected, long value) {
    if (getLong(gpa) != expected) {
      return false;
    }
    memory.set(ValueLayout.JAVA_LONG, gpa, value);
    return true;
  }
}
