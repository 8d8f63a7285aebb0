package org.pagestamp.codegen;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The text of a generated class, line by line; line numbers begin at 1. A line is put into words
 * when somebody wants to read it.
 */
final class Listing {
  private static final String INDENT = "  ";

  private record Line(int depth, Supplier<String> content) {
    @Override
    public String toString() {
      String text = content.get();
      return text.isEmpty() ? text : INDENT.repeat(depth) + text;
    }
  }

  private final List<Line> lines = new ArrayList<>();
  private int depth;

  /**
   * Adds a line at the current indentation.
   *
   * @return its number
   */
  int line(Supplier<String> content) {
    lines.add(new Line(depth, content));
    return lines.size();
  }

  /** Adds a line that is the same in every class. */
  int line(String content) {
    return line(() -> content);
  }

  void indented(Runnable block) {
    depth++;
    block.run();
    depth--;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }
}
