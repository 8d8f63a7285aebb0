package org.pagestamp.conformance;

import java.util.function.LongUnaryOperator;
import org.pagestamp.slot.MemoryAccessor;

/**
 * Memory that another virtual CPU writes to as well: just before each compare-and-set it changes
 * the entry.
 *
 * @param memory the memory
 * @param other what the other makes of the entry
 */
record InterferingAccessor(MemoryAccessor memory, LongUnaryOperator other)
    implements MemoryAccessor {
  @Override
  public byte getByte(long gpa) {
    return memory.getByte(gpa);
  }

  @Override
  public int getInt(long gpa) {
    return memory.getInt(gpa);
  }

  @Override
  public long getLong(long gpa) {
    return memory.getLong(gpa);
  }

  @Override
  public void putByte(long gpa, byte value) {
    memory.putByte(gpa, value);
  }

  @Override
  public boolean compareAndSetInt(long gpa, int expected, int value) {
    int now = memory.getInt(gpa);
    memory.compareAndSetInt(gpa, now, (int) other.applyAsLong(Integer.toUnsignedLong(now)));
    return memory.compareAndSetInt(gpa, expected, value);
  }

  @Override
  public boolean compareAndSetLong(long gpa, long expected, long value) {
    long now = memory.getLong(gpa);
    memory.compareAndSetLong(gpa, now, other.applyAsLong(now));
    return memory.compareAndSetLong(gpa, expected, value);
  }

  @Override
  public boolean isAtomic() {
    return true;
  }
}
