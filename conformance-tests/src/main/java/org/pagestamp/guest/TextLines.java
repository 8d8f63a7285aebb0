package org.pagestamp.guest;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * The lines of an ASCII file, gzip-coded or not, without comments and empty lines. Bounded, so that
 * a small file that inflates without end stays harmless.
 */
final class TextLines implements AutoCloseable {
  private static final long MAX_BYTES = 64L << 20;
  private static final int MAX_LINE = 1024;

  private final String file;
  private final InputStream in;
  private final StringBuilder line = new StringBuilder();
  private long bytes;
  private long number;

  TextLines(String file, InputStream raw) throws GuestFormatException {
    this.file = file;
    try {
      in = new BufferedInputStream(file.endsWith(".gz") ? new GZIPInputStream(raw) : raw);
    } catch (IOException e) {
      throw GuestFormatException.atOffset(file, 0, "not a gzip file: " + e.getMessage());
    }
  }

  /** The next line that is neither empty nor a comment, or null at the end. */
  String next() throws GuestFormatException {
    while (true) {
      boolean more = readLine();
      if (!line.isEmpty() && line.charAt(0) != '#') {
        return line.toString();
      }
      if (!more) {
        return null;
      }
    }
  }

  /** Reads one line; false at the end of the file. */
  private boolean readLine() throws GuestFormatException {
    line.setLength(0);
    number++;
    while (true) {
      int next;
      try {
        next = in.read();
      } catch (IOException e) {
        throw error("the file cannot be read on: " + e.getMessage());
      }
      if (next < 0) {
        return false;
      }
      if (++bytes > MAX_BYTES) {
        throw error("the file has more than " + (MAX_BYTES >> 20) + " MiB of text");
      }
      if (next == '\n') {
        return true;
      }
      if (line.length() == MAX_LINE) {
        throw error("the line is longer than " + MAX_LINE + " characters");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
  }

  /** Splits a line into exactly {@code count} fields. */
  String[] fields(String text, String separator, int count) throws GuestFormatException {
    String[] fields = text.split(separator, -1);
    if (fields.length != count) {
      throw error(count + " fields expected, " + fields.length + " found");
    }
    return fields;
  }

  /** A hexadecimal number of up to 64 bits, with or without 0x. */
  long hex(String field, String what) throws GuestFormatException {
    try {
      return Long.parseUnsignedLong(field.startsWith("0x") ? field.substring(2) : field, 16);
    } catch (NumberFormatException e) {
      throw error(what + ": '" + printable(field) + "' is no hexadecimal number of 64 bits");
    }
  }

  /** A hexadecimal number of at least 1 and at most {@code max}. */
  int count(String field, String what, int max) throws GuestFormatException {
    long value = hex(field, what);
    if (value < 1 || value > max) {
      throw error(String.format("%s 0x%x is outside 1..0x%x", what, value, max));
    }
    return (int) value;
  }

  /** An error at the line read last. */
  GuestFormatException error(String what) {
    return GuestFormatException.atLine(file, number, what);
  }

  /** Text of a hostile file, made harmless for a terminal. */
  static String printable(String text) {
    String start = text.length() > 120 ? text.substring(0, 120) + "..." : text;
    return start.replaceAll("[^\\x20-\\x7e]", "?");
  }

  @Override
  public void close() throws GuestFormatException {
    try {
      in.close();
    } catch (IOException e) {
      throw GuestFormatException.in(file, "cannot be closed: " + e.getMessage());
    }
  }
}
