package org.pagestamp.conformance.group;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Locale;
import org.pagestamp.slot.MemoryAccessor;

/** The memory of one slot, which refuses addresses outside and askew and counts its uses. */
final class StrictAccessor implements MemoryAccessor {
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT_ENTRY = INT.varHandle();
  private static final VarHandle LONG_ENTRY = LONG.varHandle();

  private final MemorySegment memory;
  private final long baseGpa;
  private int uses;

  /**
   * An accessor.
   *
   * @param memory all bytes of the slot
   */
  StrictAccessor(MemorySegment memory, long baseGpa) {
    this.memory = memory;
    this.baseGpa = baseGpa;
  }

  /** How often entries have been read or compared since the last call. */
  int takeUses() {
    int taken = uses;
    uses = 0;
    return taken;
  }

  private long offset(long gpa, int width) {
    uses++;
    long offset = gpa - baseGpa;
    if (offset < 0 || offset > memory.byteSize() - width || offset % width != 0) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "%d bytes at 0x%x, not in the slot [0x%x, 0x%x) or askew",
              width,
              gpa,
              baseGpa,
              baseGpa + memory.byteSize()));
    }
    return offset;
  }

  @Override
  public byte getByte(long gpa) {
    return memory.get(BYTE, offset(gpa, 1));
  }

  @Override
  public int getInt(long gpa) {
    return memory.get(INT, offset(gpa, Integer.BYTES));
  }

  @Override
  public long getLong(long gpa) {
    return memory.get(LONG, offset(gpa, Long.BYTES));
  }

  @Override
  public void putByte(long gpa, byte value) {
    memory.set(BYTE, offset(gpa, 1), value);
  }

  @Override
  public boolean compareAndSetInt(long gpa, int expected, int value) {
    return INT_ENTRY.compareAndSet(memory, offset(gpa, Integer.BYTES), expected, value);
  }

  @Override
  public boolean compareAndSetLong(long gpa, long expected, long value) {
    return LONG_ENTRY.compareAndSet(memory, offset(gpa, Long.BYTES), expected, value);
  }

  @Override
  public boolean isAtomic() {
    return true;
  }
}
