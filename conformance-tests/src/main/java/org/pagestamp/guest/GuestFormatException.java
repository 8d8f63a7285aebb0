package org.pagestamp.guest;

import java.util.Locale;

/** A file that describes a guest is missing, malformed, truncated or beyond a limit. */
public final class GuestFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  private GuestFormatException(String message) {
    super(message);
  }

  /** The file as a whole is wrong. */
  static GuestFormatException in(String file, String what) {
    return new GuestFormatException(file + ": " + what);
  }

  /** A text file is wrong at a line, counted from 1. */
  static GuestFormatException atLine(String file, long line, String what) {
    return new GuestFormatException(file + ": line " + line + ": " + what);
  }

  /** A binary file is wrong at a byte offset. */
  static GuestFormatException atOffset(String file, long offset, String what) {
    return new GuestFormatException(
        String.format(Locale.ROOT, "%s: offset 0x%x: %s", file, offset, what));
  }
}
