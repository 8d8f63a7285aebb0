package org.pagestamp.slot;

/** The shortest accessor: all else is made of its two methods. */
final class ByteAccessor implements MemoryAccessor {
  private final byte[] memory;

  ByteAccessor(byte[] memory) {
    this.memory = memory;
  }

  @Override
  public byte getByte(long gpa) {
    return memory[(int) gpa];
  }

  @Override
  public void putByte(long gpa, byte value) {
    memory[(int) gpa] = value;
  }
}
