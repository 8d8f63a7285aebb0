package org.pagestamp.conformance.group;

import org.pagestamp.slot.MemoryAccessor;

/**
 * Memory whose compare-and-set writes whatever it finds.
 *
 * @param memory the memory
 */
record CarelessAccessor(MemoryAccessor memory) implements MemoryAccessor {
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
    return memory.compareAndSetInt(gpa, expected, value)
        || memory.compareAndSetInt(gpa, memory.getInt(gpa), value);
  }

  @Override
  public boolean compareAndSetLong(long gpa, long expected, long value) {
    return memory.compareAndSetLong(gpa, expected, value)
        || memory.compareAndSetLong(gpa, memory.getLong(gpa), value);
  }

  @Override
  public boolean isAtomic() {
    return true;
  }
}
