package org.pagestamp.conformance.memory;

import java.util.Set;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.UpdateMode;

/**
 * Guest memory as an emulator has it: how it fills it, and how it becomes memory of a slot. The
 * latter is all that an emulator has to write, and what the guide quotes.
 */
interface EmulatorMemory {
  /** The memory from {@code baseGpa} on as a slot's. */
  Backing backing(long baseGpa, long byteSize);

  /** Puts a page of 4 KiB into a slot, as a loader does: no store of the guest. */
  void load(long gpa, byte[] page);

  /** What the memory allows. */
  UpdateMode updateMode();

  /** The pages that the emulator was told stores of since the last call, by gfn. */
  default Set<Long> takeAltered() {
    return Set.of();
  }
}
