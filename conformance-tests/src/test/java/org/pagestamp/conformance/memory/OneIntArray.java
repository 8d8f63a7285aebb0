package org.pagestamp.conformance.memory;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.UpdateMode;

/** Memory in one {@code int[]} of little-endian words, from {@code start} on, as jDOSBox has it. */
final class OneIntArray implements EmulatorMemory {
  private final long start;
  private final int[] ram;

  OneIntArray(long start, int size) {
    this.start = start;
    ram = new int[size / Integer.BYTES];
  }

  @Override
  public void load(long gpa, byte[] page) {
    IntBuffer words = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    IntBuffer _ = words.get(ram, (int) (gpa - start) / Integer.BYTES, words.remaining());
  }

  @Override
  public Backing backing(long baseGpa, long byteSize) {
    return Backing.of(MemorySegment.ofArray(ram), baseGpa - start);
  }

  @Override
  public UpdateMode updateMode() {
    return UpdateMode.SINGLE_VCPU; // ATOMIC for guests that stay in 2-level paging
  }
}
