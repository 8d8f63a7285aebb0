package org.pagestamp.conformance.memory;

import org.pagestamp.slot.MemoryAccessor;

/** {@link LazyBlocks} for walks; entries are read and stored in double words. */
record LazyBlockAccessor(LazyBlocks blocks) implements MemoryAccessor {
  @Override
  public byte getByte(long gpa) {
    return blocks.getByte(gpa);
  }

  @Override
  public int getInt(long gpa) {
    return blocks.getDoubleWord(gpa);
  }

  @Override
  public void putByte(long gpa, byte value) {
    blocks.setByte(gpa, value);
  }

  @Override
  public void putInt(long gpa, int value) {
    blocks.setDoubleWord(gpa, value);
  }
}
