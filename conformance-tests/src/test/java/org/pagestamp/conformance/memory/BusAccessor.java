package org.pagestamp.conformance.memory;

import org.pagestamp.slot.MemoryAccessor;

/** A {@link Bus} for walks; an entry is one transfer. */
record BusAccessor(Bus bus) implements MemoryAccessor {
  @Override
  public byte getByte(long gpa) {
    return (byte) bus.read(gpa, 1);
  }

  @Override
  public int getInt(long gpa) {
    return (int) bus.read(gpa, 4);
  }

  @Override
  public long getLong(long gpa) {
    return bus.read(gpa, 8);
  }

  @Override
  public void putByte(long gpa, byte value) {
    bus.write(gpa, 1, value);
  }

  @Override
  public void putInt(long gpa, int value) {
    bus.write(gpa, 4, value);
  }

  @Override
  public void putLong(long gpa, long value) {
    bus.write(gpa, 8, value);
  }
}
