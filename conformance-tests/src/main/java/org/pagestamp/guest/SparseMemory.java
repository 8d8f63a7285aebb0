package org.pagestamp.guest;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Zeroed memory of any size that takes room only where it was touched: a mapped sparse file, which
 * is deleted at once where the operating system lets it, else with the JVM.
 */
public final class SparseMemory {
  /** The most bytes that {@link #allocate} gives: 4 TiB. */
  public static final long MAX_BYTES = 1L << 42;

  private SparseMemory() {}

  /**
   * Memory that lives as long as {@code arena}.
   *
   * @param bytes 0 to {@link #MAX_BYTES}
   * @throws IllegalArgumentException if {@code bytes} is outside that range
   * @throws IOException if the temporary directory cannot hold such a file
   */
  public static MemorySegment allocate(long bytes, Arena arena) throws IOException {
    if (bytes < 0 || bytes > MAX_BYTES) {
      throw new IllegalArgumentException("more than 4 TiB of memory");
    }
    Path file = Files.createTempFile("pagestamp", ".memory");
    Files.delete(file);
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      return channel.map(MapMode.READ_WRITE, 0, bytes, arena);
    } catch (IOException e) {
      throw new IOException(
          "cannot map " + bytes + " bytes of a sparse temporary file: " + e.getMessage(), e);
    }
  }
}
