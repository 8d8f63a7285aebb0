package org.pagestamp.guest;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Opens guests of every kind by name. */
public final class Guests {
  private Guests() {}

  /**
   * Opens a guest: a capture folder, a QEMU ELF core, or by its name one of {@link ShippedGuests}.
   * A file or folder of that name goes before a shipped guest.
   *
   * @throws GuestFormatException if there is no such guest or its files are malformed
   */
  public static Guest open(String name, CpuOptions options) throws GuestFormatException {
    Path path = path(name);
    if (Files.isDirectory(path)) {
      return CaptureFolder.open(path, options);
    }
    if (Files.isRegularFile(path)) {
      return ElfCore.open(path, options);
    }
    if (ShippedGuests.names().contains(name)) {
      return ShippedGuests.open(name, options);
    }
    throw GuestFormatException.in(
        TextLines.printable(name),
        "neither a capture folder, nor an ELF core, nor a shipped guest; shipped are "
            + String.join(", ", ShippedGuests.names()));
  }

  /** Opens a file that is guest memory byte by byte, see {@link RawImage}. */
  public static Guest openRaw(String name, RawImage image) throws GuestFormatException {
    return image.open(path(name));
  }

  private static Path path(String name) throws GuestFormatException {
    try {
      return Path.of(name);
    } catch (InvalidPathException e) {
      throw GuestFormatException.in(TextLines.printable(name), "no valid path: " + e.getReason());
    }
  }
}
