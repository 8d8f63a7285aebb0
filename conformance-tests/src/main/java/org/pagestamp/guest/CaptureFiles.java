package org.pagestamp.guest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the files of a capture are: a folder, or the jar. */
interface CaptureFiles {
  /** The guest's name. */
  String name();

  /** How messages name a file. */
  String describe(String file);

  /** Opens a file; null if there is none. */
  InputStream open(String file) throws IOException;

  /** Whether there is such a file. */
  default boolean has(String file) throws GuestFormatException {
    try (InputStream in = open(file)) {
      return in != null;
    } catch (IOException e) {
      throw GuestFormatException.in(describe(file), "cannot be read: " + e.getMessage());
    }
  }

  /** The files of a folder. */
  static CaptureFiles in(Path folder) {
    return new CaptureFiles() {
      @Override
      public String name() {
        Path name = folder.toAbsolutePath().normalize().getFileName();
        return name == null ? folder.toString() : name.toString();
      }

      @Override
      public String describe(String file) {
        return folder.resolve(file).toString();
      }

      @Override
      public InputStream open(String file) throws IOException {
        Path path = folder.resolve(file);
        return Files.isRegularFile(path) ? Files.newInputStream(path) : null;
      }
    };
  }

  /** The lines of a file; null if there is none. */
  default TextLines lines(String file) throws GuestFormatException {
    try {
      InputStream in = open(file);
      return in == null ? null : new TextLines(describe(file), in);
    } catch (IOException e) {
      throw GuestFormatException.in(describe(file), "cannot be read: " + e.getMessage());
    }
  }
}
