package org.pagestamp.slot;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The bytes of a slot in a {@link MemorySegment}.
 *
 * <p>Aligned reads are acquires and aligned writes releases: the order that x86 guests count on,
 * which the JIT would otherwise be free to change.
 */
final class SegmentBytes extends SlotBytes {
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort ANY_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt ANY_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong ANY_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle BYTES = BYTE.varHandle();
  private static final VarHandle SHORTS =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle INTS =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle LONGS =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

  private final MemorySegment memory;

  /** What is added to a gpa to get an offset in the segment. */
  private final long displacement;

  /** The largest size of an access that is aligned in memory where it is in the slot. */
  private final int alignment;

  SegmentBytes(SegmentBacking backing, long baseGpa, long byteSize) {
    memory = backing.segment();
    displacement = backing.offset() - baseGpa;
    alignment = (int) Math.min(backing.slice(byteSize).maxByteAlignment(), Long.BYTES);
  }

  private boolean isOneAccess(long gpa, int size) {
    return size <= alignment && isAligned(gpa, size);
  }

  @Override
  long read(long gpa, int size) {
    try {
      long at = gpa + displacement;
      boolean aligned = isOneAccess(gpa, size);
      return switch (size) {
        case Byte.BYTES -> Byte.toUnsignedLong((byte) BYTES.getAcquire(memory, at));
        case Short.BYTES ->
            Short.toUnsignedLong(
                aligned ? (short) SHORTS.getAcquire(memory, at) : memory.get(ANY_SHORT, at));
        case Integer.BYTES ->
            Integer.toUnsignedLong(
                aligned ? (int) INTS.getAcquire(memory, at) : memory.get(ANY_INT, at));
        case Long.BYTES -> aligned ? (long) LONGS.getAcquire(memory, at) : memory.get(ANY_LONG, at);
        default -> readInParts(gpa, size);
      };
    } catch (IllegalStateException e) {
      throw closed(e);
    }
  }

  @Override
  void write(long gpa, int size, long value) {
    try {
      long at = gpa + displacement;
      boolean aligned = isOneAccess(gpa, size);
      switch (size) {
        case Byte.BYTES -> BYTES.setRelease(memory, at, (byte) value);
        case Short.BYTES -> {
          if (aligned) {
            SHORTS.setRelease(memory, at, (short) value);
          } else {
            memory.set(ANY_SHORT, at, (short) value);
          }
        }
        case Integer.BYTES -> {
          if (aligned) {
            INTS.setRelease(memory, at, (int) value);
          } else {
            memory.set(ANY_INT, at, (int) value);
          }
        }
        case Long.BYTES -> {
          if (aligned) {
            LONGS.setRelease(memory, at, value);
          } else {
            memory.set(ANY_LONG, at, value);
          }
        }
        default -> writeInParts(gpa, size, value);
      }
    } catch (IllegalStateException e) {
      throw closed(e);
    }
  }

  @Override
  long compareAndExchange(long gpa, int size, long expected, long value) {
    try {
      long at = gpa + displacement;
      if (!isAligned(gpa, size) || alignment < Math.max(size, Integer.BYTES)) {
        long found = exchangeInSteps(gpa, size, expected, value);
        VarHandle.fullFence();
        return found;
      }
      return switch (size) {
        case Long.BYTES -> (long) LONGS.compareAndExchange(memory, at, expected, value);
        case Integer.BYTES ->
            Integer.toUnsignedLong(
                (int) INTS.compareAndExchange(memory, at, (int) expected, (int) value));
        default -> exchangeInInt(at, size, expected, value);
      };
    } catch (IllegalStateException e) {
      throw closed(e);
    }
  }

  /** For 1 and 2 bytes, which segments cannot exchange: in the int around them. */
  private long exchangeInInt(long offset, int size, long expected, long value) {
    int shift = (int) (offset & Integer.BYTES - 1) * Byte.SIZE;
    long start = offset & -Integer.BYTES;
    int around = (int) INTS.getVolatile(memory, start);
    while (extract(around, shift, size) == expected) {
      int wanted = insert(around, shift, size, value);
      int seen = (int) INTS.compareAndExchange(memory, start, around, wanted);
      if (seen == around) {
        return expected;
      }
      around = seen; // another processor was faster, here or next to here
    }
    VarHandle.fullFence(); // LOCK orders memory also where it changes none
    return extract(around, shift, size);
  }

  private IllegalStateException closed(IllegalStateException cause) {
    return new IllegalStateException(
        "the memory of a slot is closed: delete the slot and call MemorySlots.awaitUse before"
            + " closing it",
        cause);
  }
}
