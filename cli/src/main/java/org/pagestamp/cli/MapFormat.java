package org.pagestamp.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** How {@code map} prints. */
enum MapFormat {
  /** Aligned, sizes with units: for people. */
  TABLE,
  /** Tab-separated with a header: for scripts. */
  TSV,
  /** One object. */
  JSON;

  /** Receives ranges and prints them. */
  interface Printer {
    void range(MappedRange range);

    /** Ends the output. */
    void end();
  }

  Printer printer(PrintWriter out) {
    return switch (this) {
      case TABLE -> new Table(out);
      case TSV -> new Tsv(out);
      case JSON -> new MapJson(out);
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Column widths are fixed, since a guest may have millions of pages. */
  private static final class Table implements Printer {
    private static final String LINE = "%-18s  %-15s  %8s  %14s  %-6s  %-3s  %s%n";
    private final PrintWriter out;

    Table(PrintWriter out) {
      this.out = out;
      out.printf(LINE, "gva", "gpa", "size", "pages", "rights", "adg", "kind");
    }

    @Override
    public void range(MappedRange range) {
      out.printf(
          LINE,
          Numbers.hex(range.gva()),
          Numbers.hex(range.gpa()),
          Numbers.size(range.size()),
          Numbers.count(range.pages()) + " x " + Numbers.size(range.page()),
          range.rights(),
          range.flags(),
          range.kindLabel());
    }

    @Override
    public void end() {}
  }

  private static final class Tsv implements Printer {
    private final PrintWriter out;

    Tsv(PrintWriter out) {
      this.out = out;
      out.println("gva\tgpa\tsize\tpage\trights\tadg\tkind");
    }

    @Override
    public void range(MappedRange range) {
      out.println(
          String.join(
              "\t",
              Numbers.hex(range.gva()),
              Numbers.hex(range.gpa()),
              Numbers.hex(range.size()),
              Numbers.hex(range.page()),
              range.rights(),
              range.flags(),
              range.kindLabel()));
    }

    @Override
    public void end() {}
  }
}
