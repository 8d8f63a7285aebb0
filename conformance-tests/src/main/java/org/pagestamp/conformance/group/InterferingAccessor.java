package org.pagestamp.conformance.group;

import java.util.function.LongConsumer;
import org.pagestamp.slot.MemoryAccessor;

/**
 * Memory in which something happens just before each compare-and-set.
 *
 * @param memory the memory
 * @param beforeUpdate gets the gpa of the entry
 */
record InterferingAccessor(MemoryAccessor memory, LongConsumer beforeUpdate)
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
    beforeUpdate.accept(gpa);
    return memory.compareAndSetInt(gpa, expected, value);
  }

  @Override
  public boolean compareAndSetLong(long gpa, long expected, long value) {
    beforeUpdate.accept(gpa);
    return memory.compareAndSetLong(gpa, expected, value);
  }

  @Override
  public boolean isAtomic() {
    return true;
  }
}
