package org.pagestamp.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.UpdateMode;

/** The kinds of memory that slots can be backed by; a walk must be the same over each. */
public enum MemoryKind {
  /** One native segment, in which each slot has its place. */
  NATIVE,
  /** Native memory, a segment for each slot. */
  NATIVE_PER_SLOT,
  /** A mapped file, in which each slot has its place. */
  MAPPED_FILE,
  /** A {@code long[]}. */
  LONG_ARRAY,
  /** An {@code int[]}: atomic in 2-level paging, elsewhere with {@link UpdateMode#SINGLE_VCPU}. */
  INT_ARRAY,
  /** A {@code byte[]}, with {@link UpdateMode#SINGLE_VCPU}. */
  BYTE_ARRAY,
  /** An accessor for each slot. */
  ACCESSOR;

  /**
   * How walks of {@code mode} update entries in this memory: atomically if they can.
   *
   * @param mode the paging mode
   */
  public UpdateMode updateMode(PagingMode mode) {
    return updateMode(mode.entryBytes());
  }

  /**
   * How walks update entries of a size in this memory: atomically if they can.
   *
   * @param entryBytes 4 or 8
   */
  public UpdateMode updateMode(int entryBytes) {
    return switch (this) {
      case BYTE_ARRAY -> UpdateMode.SINGLE_VCPU;
      case INT_ARRAY -> entryBytes > Integer.BYTES ? UpdateMode.SINGLE_VCPU : UpdateMode.ATOMIC;
      default -> UpdateMode.ATOMIC;
    };
  }

  /** Zeroed memory of this kind, {@code byteSize} a multiple of 8 below 2^31. */
  public MemorySegment allocate(long byteSize, Arena arena) {
    int bytes = Math.toIntExact(byteSize);
    return switch (this) {
      case NATIVE, NATIVE_PER_SLOT, ACCESSOR -> arena.allocate(bytes, Long.BYTES);
      case MAPPED_FILE -> map(bytes, arena);
      case LONG_ARRAY -> MemorySegment.ofArray(new long[bytes / Long.BYTES]);
      case INT_ARRAY -> MemorySegment.ofArray(new int[bytes / Integer.BYTES]);
      case BYTE_ARRAY -> MemorySegment.ofArray(new byte[bytes]);
    };
  }

  private static MemorySegment map(long bytes, Arena arena) {
    try {
      Path file = Files.createTempFile("pagestamp", ".memory");
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE)) {
        return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The backing of a slot whose bytes are in {@code memory} from {@code offset} on. */
  public Backing backing(MemorySegment memory, long offset, long baseGpa, long byteSize) {
    return switch (this) {
      case NATIVE_PER_SLOT -> Backing.of(memory.asSlice(offset, byteSize));
      case ACCESSOR -> Backing.of(new SegmentAccessor(memory.asSlice(offset, byteSize), baseGpa));
      default -> Backing.of(memory, offset);
    };
  }

  /** For example {@code long array}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
