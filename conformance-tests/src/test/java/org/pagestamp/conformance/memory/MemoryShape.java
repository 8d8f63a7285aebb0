package org.pagestamp.conformance.memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The kinds of memory that emulators have. */
enum MemoryShape {
  BYTE_ARRAY {
    @Override
    EmulatorMemory make(long start, int size, Arena arena) {
      return new OneByteArray(start, size);
    }
  },
  INT_ARRAY {
    @Override
    EmulatorMemory make(long start, int size, Arena arena) {
      return new OneIntArray(start, size);
    }
  },
  LAZY_BLOCKS {
    @Override
    EmulatorMemory make(long start, int size, Arena arena) {
      return new LazyBlocks();
    }
  },
  BUS {
    @Override
    EmulatorMemory make(long start, int size, Arena arena) {
      return new Bus();
    }
  },
  DIRECT_BUFFER {
    @Override
    EmulatorMemory make(long start, int size, Arena arena) {
      return new OneBuffer(start, ByteBuffer.allocateDirect(size));
    }
  },
  MAPPED_BUFFER {
    @Override
    EmulatorMemory make(long start, int size, Arena arena) throws IOException {
      try (FileChannel file = temporaryFile()) {
        return new OneBuffer(start, file.map(MapMode.READ_WRITE, 0, size));
      }
    }
  },
  MAPPED_SEGMENT {
    @Override
    EmulatorMemory make(long start, int size, Arena arena) throws IOException {
      try (FileChannel file = temporaryFile()) {
        return new OneSegment(start, file.map(MapMode.READ_WRITE, 0, size, arena));
      }
    }
  },
  NATIVE_SEGMENT {
    @Override
    EmulatorMemory make(long start, int size, Arena arena) {
      return new OneSegment(start, arena.allocate(size, 4096));
    }
  };

  private static FileChannel temporaryFile() throws IOException {
    Path file = Files.createTempFile("pagestamp", ".memory");
    Files.delete(file);
    return FileChannel.open(
        file,
        StandardOpenOption.CREATE_NEW,
        StandardOpenOption.SPARSE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE);
  }

  /** Memory, all zero, for gpas from {@code start} on. */
  abstract EmulatorMemory make(long start, int size, Arena arena) throws IOException;
}
