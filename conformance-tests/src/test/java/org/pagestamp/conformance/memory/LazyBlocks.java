package org.pagestamp.conformance.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.UpdateMode;

/**
 * Blocks of 4 KiB, made at the first store, that throw away the code translated from them when they
 * are stored to: the memory of an emulator with a translator, such as JPC.
 */
final class LazyBlocks implements EmulatorMemory {
  private static final int BLOCK_SIZE = 4096;
  private static final ByteBuffer UNTOUCHED = block();

  private final Map<Long, ByteBuffer> blocks = new HashMap<>();
  private final Set<Long> altered = new HashSet<>();

  private static ByteBuffer block() {
    return ByteBuffer.allocate(BLOCK_SIZE).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int offset(long address) {
    return (int) address & BLOCK_SIZE - 1;
  }

  private ByteBuffer forRead(long address) {
    return blocks.getOrDefault(address / BLOCK_SIZE, UNTOUCHED);
  }

  private ByteBuffer forWrite(long address) {
    return blocks.computeIfAbsent(address / BLOCK_SIZE, _ -> block());
  }

  byte getByte(long address) {
    return forRead(address).get(offset(address));
  }

  int getDoubleWord(long address) {
    return forRead(address).getInt(offset(address));
  }

  void setByte(long address, byte value) {
    forWrite(address).put(offset(address), value);
    regionAltered(address);
  }

  void setDoubleWord(long address, int value) {
    forWrite(address).putInt(offset(address), value);
    regionAltered(address);
  }

  private void regionAltered(long address) {
    boolean _ = altered.add(address / BLOCK_SIZE);
  }

  @Override
  public void load(long gpa, byte[] page) {
    ByteBuffer _ = forWrite(gpa).put(0, page);
  }

  @Override
  public Backing backing(long baseGpa, long byteSize) {
    return Backing.of(new LazyBlockAccessor(this));
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
