package org.pagestamp.conformance.memory;

import java.lang.foreign.MemorySegment;
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
    for (int i = 0; i < page.length; i++) {
      int at = (int) (gpa - start) + i;
      ram[at >>> 2] |= (page[i] & 0xFF) << (8 * (at & 3));
    }
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
