package org.pagestamp.conformance.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.UpdateMode;

/**
 * A bus with memories on it, which is read and written through ports that are told the size, as
 * Kopycat's is.
 */
final class Bus implements EmulatorMemory {
  private final TreeMap<Long, ByteBuffer> memories = new TreeMap<>();
  private final Set<Long> altered = new HashSet<>();

  /** The port for reads. */
  long read(long address, int size) {
    long base = memories.floorKey(address);
    ByteBuffer memory = memories.get(base);
    int offset = (int) (address - base);
    return switch (size) {
      case 1 -> memory.get(offset) & 0xFF;
      case 2 -> memory.getShort(offset) & 0xFFFF;
      case 4 -> Integer.toUnsignedLong(memory.getInt(offset));
      default -> memory.getLong(offset);
    };
  }

  /** The port for writes. */
  void write(long address, int size, long value) {
    long base = memories.floorKey(address);
    ByteBuffer memory = memories.get(base);
    int offset = (int) (address - base);
    ByteBuffer _ =
        switch (size) {
          case 1 -> memory.put(offset, (byte) value);
          case 2 -> memory.putShort(offset, (short) value);
          case 4 -> memory.putInt(offset, (int) value);
          default -> memory.putLong(offset, value);
        };
    boolean _ = altered.add(address >>> 12);
  }

  @Override
  public void load(long gpa, byte[] page) {
    long base = memories.floorKey(gpa);
    ByteBuffer _ = memories.get(base).put((int) (gpa - base), page);
  }

  @Override
  public Backing backing(long baseGpa, long byteSize) {
    memories.put(baseGpa, ByteBuffer.allocate((int) byteSize).order(ByteOrder.LITTLE_ENDIAN));
    return Backing.of(new BusAccessor(this));
  }

  @Override
  public UpdateMode updateMode() {
    return UpdateMode.SINGLE_VCPU;
  }

  @Override
  public Set<Long> takeAltered() {
    Set<Long> taken = Set.copyOf(altered);
    altered.clear();
    return taken;
  }
}
