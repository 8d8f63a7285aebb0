package org.pagestamp.conformance.profile;

import org.pagestamp.slot.MemoryAccessor;

/**
 * Memory in which somebody changes an entry just before a walk first stores into it: after the
 * entry was read, however often that was.
 */
final class ContestedAccessor implements MemoryAccessor {
  private final MemoryAccessor memory;
  private final long gpa;
  private final long change;
  private boolean changed;

  /**
   * The memory of a slot.
   *
   * @param gpa of the entry, of 8 bytes; of another slot perhaps
   * @param change bits that are flipped
   */
  ContestedAccessor(MemoryAccessor memory, long gpa, long change) {
    this.memory = memory;
    this.gpa = gpa;
    this.change = change;
  }

  private void beforeStore(long at) {
    if (at == gpa && !changed) {
      changed = true;
      memory.putLong(gpa, memory.getLong(gpa) ^ change);
    }
  }

  @Override
  public boolean isAtomic() {
    return memory.isAtomic();
  }

  @Override
  public byte getByte(long at) {
    return memory.getByte(at);
  }

  @Override
  public void putByte(long at, byte value) {
    memory.putByte(at, value);
  }

  @Override
  public int getInt(long at) {
    return memory.getInt(at);
  }

  @Override
  public long getLong(long at) {
    return memory.getLong(at);
  }

  @Override
  public void putInt(long at, int value) {
    beforeStore(at);
    memory.putInt(at, value);
  }

  @Override
  public void putLong(long at, long value) {
    beforeStore(at);
    memory.putLong(at, value);
  }

  @Override
  public boolean compareAndSetInt(long at, int expected, int value) {
    beforeStore(at);
    return memory.compareAndSetInt(at, expected, value);
  }

  @Override
  public boolean compareAndSetLong(long at, long expected, long value) {
    beforeStore(at);
    return memory.compareAndSetLong(at, expected, value);
  }
}
