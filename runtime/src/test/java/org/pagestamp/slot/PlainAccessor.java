package org.pagestamp.slot;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** An emulator's memory over an array; says that its compare-and-set is not atomic. */
class PlainAccessor implements MemoryAccessor {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment memory;

  PlainAccessor(byte[] memory) {
    this.memory = MemorySegment.ofArray(memory);
  }

  @Override
  public byte getByte(long gpa) {
    return memory.get(ValueLayout.JAVA_BYTE, gpa);
  }

  @Override
  public int getInt(long gpa) {
    return memory.get(INT, gpa);
  }

  @Override
  public long getLong(long gpa) {
    return memory.get(LONG, gpa);
  }

  @Override
  public void putByte(long gpa, byte value) {
    memory.set(ValueLayout.JAVA_BYTE, gpa, value);
  }

  @Override
  public boolean compareAndSetInt(long gpa, int expected, int value) {
    boolean same = getInt(gpa) == expected;
    if (same) {
      memory.set(INT, gpa, value);
    }
    return same;
  }

  @Override
  public boolean compareAndSetLong(long gpa, long expected, long value) {
    boolean same = getLong(gpa) == expected;
    if (same) {
      memory.set(LONG, gpa, value);
    }
    return same;
  }
}
