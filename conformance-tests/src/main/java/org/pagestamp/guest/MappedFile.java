package org.pagestamp.guest;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file mapped copy-on-write: walks may set accessed and dirty bits in it and the file stays as it
 * is. Files of many GiB are fine, since nothing is read before it is used.
 *
 * <p>Java maps copy-on-write only files that may be written to. A file that may not is mapped
 * read-only instead, and its slots are read-only then.
 *
 * @param writable whether the memory can be written to
 */
record MappedFile(MemorySegment memory, boolean writable) {
  static MappedFile map(Path file, Arena arena) throws GuestFormatException {
    try {
      return privately(file, arena);
    } catch (FileSystemException denied) {
      return readOnly(file, arena);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static MappedFile privately(Path file, Arena arena) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new MappedFile(channel.map(MapMode.PRIVATE, 0, channel.size(), arena), true);
    }
  }

  private static MappedFile readOnly(Path file, Arena arena) throws GuestFormatException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new MappedFile(channel.map(MapMode.READ_ONLY, 0, channel.size(), arena), false);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static GuestFormatException unreadable(Path file, IOException e) {
    return GuestFormatException.in(
        file.toString(),
        "cannot be read: "
            + (e instanceof AccessDeniedException ? "permission denied" : e.getMessage()));
  }
}
