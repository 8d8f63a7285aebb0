package org.pagestamp.slot;

import java.util.Objects;

/**
 * Slot memory behind an emulator's own {@link MemoryAccessor}.
 *
 * @param accessor reads and writes the memory, addressed by gpa
 */
public record AccessorBacking(MemoryAccessor accessor) implements Backing {
  /** Refuses null. */
  public AccessorBacking {
    Objects.requireNonNull(accessor, "accessor");
  }

  @Override
  public long byteSize() {
    return Long.MAX_VALUE;
  }
}
