package org.pagestamp.conformance;

import java.io.IOException;

/** A vector file is not what the format demands; the message names file, line and field. */
public final class VectorFormatException extends IOException {
  private static final long serialVersionUID = 1;

  private final String file;
  private final long line;
  private final String field;

  VectorFormatException(String file, long line, String field, String problem) {
    super(file + ", line " + line + (field.isEmpty() ? "" : ", field " + field) + ": " + problem);
    this.file = file;
    this.line = line;
    this.field = field;
  }

  /** The file's name. */
  public String file() {
    return file;
  }

  /** The line, counted from 1. */
  public long line() {
    return line;
  }

  /** The field, for example {@code slots[1].base}; empty if the problem is the line's. */
  public String field() {
    return field;
  }
}
