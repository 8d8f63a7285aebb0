package org.pagestamp.slot;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Slot memory in a {@link MemorySegment}.
 *
 * @param segment the memory; its arena must stay open while walkers use the slot
 * @param offset where in the segment the slot begins, in bytes
 */
public record SegmentBacking(MemorySegment segment, long offset) implements Backing {
  /**
   * Checks the offset.
   *
   * @throws IllegalArgumentException if {@code offset} is negative or beyond the segment's end
   */
  public SegmentBacking {
    Objects.requireNonNull(segment, "segment");
    if (offset < 0 || offset > segment.byteSize()) {
      throw new IllegalArgumentException(
          "offset " + offset + " is outside the segment of " + segment.byteSize() + " bytes");
    }
  }

  @Override
  public long byteSize() {
    return segment.byteSize() - offset;
  }

  /**
   * The first {@code bytes} bytes as a segment of their own.
   *
   * @throws IndexOutOfBoundsException if the backing is smaller
   */
  public MemorySegment slice(long bytes) {
    return segment.asSlice(offset, bytes);
  }
}
