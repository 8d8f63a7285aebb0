package org.pagestamp.slot;

import java.lang.foreign.MemorySegment;

/** Where the bytes of a memory slot are. */
public sealed interface Backing permits SegmentBacking, AccessorBacking {
  /** The whole of {@code segment}: native memory, a mapped file, or a heap array's view. */
  static Backing of(MemorySegment segment) {
    return new SegmentBacking(segment, 0);
  }

  /**
   * {@code segment} from {@code offset} on. Slots that lie in one segment at different offsets make
   * the fastest layouts when there are many of them.
   *
   * @throws IllegalArgumentException if {@code offset} is outside the segment
   */
  static Backing of(MemorySegment segment, long offset) {
    return new SegmentBacking(segment, offset);
  }

  /** An array; entries are its bytes in memory order, as {@link MemorySegment#ofArray(long[])}. */
  static Backing of(long[] array) {
    return of(MemorySegment.ofArray(array));
  }

  /**
   * An array. Entries of 8 bytes cannot be updated atomically in it, so all modes but 2-level
   * paging need {@link UpdateMode#SINGLE_VCPU}.
   */
  static Backing of(int[] array) {
    return of(MemorySegment.ofArray(array));
  }

  /** An array. No entry can be updated atomically in it: needs {@link UpdateMode#SINGLE_VCPU}. */
  static Backing of(byte[] array) {
    return of(MemorySegment.ofArray(array));
  }

  /** Memory that the emulator reads and writes itself. */
  static Backing of(MemoryAccessor accessor) {
    return new AccessorBacking(accessor);
  }

  /** Bytes available to a slot; {@link Long#MAX_VALUE} where the backing does not tell. */
  long byteSize();
}
