package org.pagestamp.conformance;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.pagestamp.slot.MemoryAccessor;

/**
 * An accessor over a segment. The segment's bounds and alignment checks hold the walker to what it
 * promises accessors: aligned addresses inside the slot.
 */
final class SegmentAccessor implements MemoryAccessor {
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT_ENTRY = INT.varHandle();
  private static final VarHandle LONG_ENTRY = LONG.varHandle();

  private final MemorySegment memory;
  private final long baseGpa;

  SegmentAccessor(MemorySegment memory, long baseGpa) {
    this.memory = memory;
    this.baseGpa = baseGpa;
  }

  @Override
  public byte getByte(long gpa) {
    return memory.get(BYTE, gpa - baseGpa);
  }

  @Override
  public int getInt(long gpa) {
    return memory.get(INT, gpa - baseGpa);
  }

  @Override
  public long getLong(long gpa) {
    return memory.get(LONG, gpa - baseGpa);
  }

  @Override
  public void putByte(long gpa, byte value) {
    memory.set(BYTE, gpa - baseGpa, value);
  }

  @Override
  public boolean compareAndSetInt(long gpa, int expected, int value) {
    return INT_ENTRY.compareAndSet(memory, gpa - baseGpa, expected, value);
  }

  @Override
  public boolean compareAndSetLong(long gpa, long expected, long value) {
    return LONG_ENTRY.compareAndSet(memory, gpa - baseGpa, expected, value);
  }

  @Override
  public boolean isAtomic() {
    return true;
  }
}
