package org.pagestamp.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Rows of cells of several lines, in aligned columns. */
final class TextGrid {
  private static final String BETWEEN = "   ";
  private final List<List<List<String>>> rows = new ArrayList<>();

  /** Adds a cell to the last row. */
  void cell(String... lines) {
    rows.getLast().add(List.of(lines));
  }

  /** Begins a row. */
  void row() {
    rows.add(new ArrayList<>());
  }

  /** Prints the rows, with an empty line before each but the first. */
  void print(PrintWriter out, String indent) {
    int[] widths = widths();
    boolean first = true;
    for (List<List<String>> row : rows) {
      if (!first) {
        out.println();
      }
      first = false;
      int lines = row.stream().mapToInt(List::size).max().orElse(0);
      for (int line = 0; line < lines; line++) {
        StringBuilder text = new StringBuilder(indent);
        for (int column = 0; column < row.size(); column++) {
          List<String> cell = row.get(column);
          String part = line < cell.size() ? cell.get(line) : "";
          text.append(part).repeat(' ', widths[column] - part.length()).append(BETWEEN);
        }
        out.println(text.toString().stripTrailing());
      }
    }
  }

  private int[] widths() {
    int[] widths = new int[rows.stream().mapToInt(List::size).max().orElse(0)];
    for (List<List<String>> row : rows) {
      for (int column = 0; column < row.size(); column++) {
        for (String line : row.get(column)) {
          widths[column] = Math.max(widths[column], line.length());
        }
      }
    }
    return widths;
  }
}
