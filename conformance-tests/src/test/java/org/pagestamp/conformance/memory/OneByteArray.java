package org.pagestamp.conformance.memory;

import java.lang.foreign.MemorySegment;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.UpdateMode;

/** Memory in one {@code byte[]}, from {@code start} on. */
final class OneByteArray implements EmulatorMemory {
  private final long start;
  private final byte[] ram;

  OneByteArray(long start, int size) {
    this.start = start;
    ram = new byte[size];
  }

  @Override
  public void load(long gpa, byte[] page) {
    System.arraycopy(page, 0, ram, (int) (gpa - start), page.length);
  }

  @Override
  public Backing backing(long baseGpa, long byteSize) {
    return Backing.of(MemorySegment.ofArray(ram), baseGpa - start);
  }

  @Override
  public UpdateMode updateMode() {
    return UpdateMode.SINGLE_VCPU;
  }
}
