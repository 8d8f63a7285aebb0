package org.pagestamp.codegen;

/** The text of a generated class, line by line; line numbers begin at 1. */
final class Listing {
  private static final String INDENT = "  ";

  private final StringBuilder text = new StringBuilder();
  private int lines;
  private int depth;

  /**
   * Adds a line at the current indentation.
   *
   * @return its number
   */
  int line(String content) {
    if (!content.isEmpty()) {
      text.append(INDENT.repeat(depth)).append(content);
    }
    text.append('\n');
    return ++lines;
  }

  void indented(Runnable block) {
    depth++;
    block.run();
    depth--;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
