package org.pagestamp.conformance.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.UpdateMode;

/** Memory in one {@link MemorySegment}, native or a mapped file, from {@code start} on. */
record OneSegment(long start, MemorySegment ram) implements EmulatorMemory {
  @Override
  public Backing backing(long baseGpa, long byteSize) {
    return Backing.of(ram, baseGpa - start);
  }

  @Override
  public void load(long gpa, byte[] page) {
    MemorySegment.copy(page, 0, ram, ValueLayout.JAVA_BYTE, gpa - start, page.length);
  }

  @Override
  public UpdateMode updateMode() {
    return UpdateMode.ATOMIC;
  }
}
