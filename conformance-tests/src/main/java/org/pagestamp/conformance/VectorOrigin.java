package org.pagestamp.conformance;

/**
 * Where a vector stands.
 *
 * @param file the file's name, or the shipped set's
 * @param line counted from 1
 * @param json the line itself
 */
public record VectorOrigin(String file, long line, String json) {
  /** For example {@code rom.jsonl.gz, line 7}. */
  @Override
  public String toString() {
    return file + ", line " + line;
  }
}
