package org.pagestamp.conformance;

import org.pagestamp.slot.MemoryAccessor;

/** The memory behind another accessor; subclasses change some of its ways. Says it is atomic. */
public abstract class ForwardingAccessor implements MemoryAccessor {
  private final MemoryAccessor memory;

  /** All ways are those of {@code memory} at first. */
  protected ForwardingAccessor(MemoryAccessor memory) {
    this.memory = memory;
  }

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
    return memory.compareAndSetInt(gpa, expected, value);
  }

  @Override
  public boolean compareAndSetLong(long gpa, long expected, long value) {
    return memory.compareAndSetLong(gpa, expected, value);
  }

  @Override
  public boolean isAtomic() {
    return true;
  }
}
