package org.pagestamp.bench.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Zeroed memory of the host for all of a guest's addresses, of which few pages are touched. */
final class HostMemory {
  /** Aligned to the host's large pages, which it may then use. */
  private static final long ALIGNMENT = 2 << 20;

  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x4022;

  /** Above this, memory that is zeroed when it is allocated is refused. */
  private static final long MOST_EAGER = 1L << 30;

  private HostMemory() {}

  /**
   * Native memory that gets its pages when they are touched, on Linux; elsewhere at once.
   *
   * @throws UnsupportedOperationException if the host cannot give so much
   */
  static MemorySegment allocate(long byteSize) {
    if (System.getProperty("os.name").equals("Linux")) {
      return map(byteSize + ALIGNMENT, byteSize);
    }
    if (byteSize > MOST_EAGER) {
      throw new UnsupportedOperationException(
          (byteSize >>> 20) + " MiB of addresses need memory that Linux alone maps lazily");
    }
    return Arena.ofAuto().allocate(byteSize, ALIGNMENT);
  }

  @SuppressWarnings("restricted") // native code: the measurements' only
  private static MemorySegment map(long mapped, long byteSize) {
    Linker linker = Linker.nativeLinker();
    MethodHandle mmap =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("mmap"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG));
    MethodHandle munmap =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("munmap"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    long address =
        call(
            () ->
                (long)
                    mmap.invokeExact(
                        0L, mapped, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0L));
    if (address == -1) {
      throw new UnsupportedOperationException(
          "the system refuses " + (mapped >>> 20) + " MiB of addresses");
    }
    long aligned = (address + ALIGNMENT - 1) & -ALIGNMENT;
    return MemorySegment.ofAddress(aligned)
        .reinterpret(
            byteSize, Arena.ofAuto(), _ -> call(() -> (int) munmap.invokeExact(address, mapped)));
  }

  private interface NativeCall {
    long make() throws Throwable;
  }

  private static long call(NativeCall call) {
    try {
      return call.make();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("a native function throws nothing", e);
    }
  }

  /** A mapped file. */
  static MemorySegment mapFile(long byteSize) {
    try {
      Path file = Files.createTempFile("pagestamp", ".memory");
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE)) {
        return channel.map(FileChannel.MapMode.READ_WRITE, 0, byteSize, Arena.ofAuto());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
