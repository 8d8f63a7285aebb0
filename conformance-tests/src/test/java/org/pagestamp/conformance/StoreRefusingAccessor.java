package org.pagestamp.conformance;

import org.pagestamp.slot.MemoryAccessor;

/** Memory that no walk may try to store to. */
record StoreRefusingAccessor(MemoryAccessor readable) implements MemoryAccessor {
  @Override
  public byte getByte(long gpa) {
    return readable.getByte(gpa);
  }

  @Override
  public int getInt(long gpa) {
    return readable.getInt(gpa);
  }

  @Override
  public long getLong(long gpa) {
    return readable.getLong(gpa);
  }

  @Override
  public void putByte(long gpa, byte value) {
    throw stored(gpa);
  }

  @Override
  public boolean compareAndSetInt(long gpa, int expected, int value) {
    throw stored(gpa);
  }

  @Override
  public boolean compareAndSetLong(long gpa, long expected, long value) {
    throw stored(gpa);
  }

  @Override
  public boolean isAtomic() {
    return true;
  }

  private static AssertionError stored(long gpa) {
    return new AssertionError("a store to 0x" + Long.toHexString(gpa));
  }
}
