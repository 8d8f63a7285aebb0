package org.pagestamp.conformance.memory;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.UpdateMode;

/** Memory in one direct or mapped {@link ByteBuffer}, from {@code start} on. */
record OneBuffer(long start, ByteBuffer ram) implements EmulatorMemory {
  @Override
  public Backing backing(long baseGpa, long byteSize) {
    return Backing.of(MemorySegment.ofBuffer(ram), baseGpa - start);
  }

  @Override
  public void load(long gpa, byte[] page) {
    ByteBuffer _ = ram.put((int) (gpa - start), page);
  }

  @Override
  public UpdateMode updateMode() {
    return UpdateMode.ATOMIC;
  }
}
