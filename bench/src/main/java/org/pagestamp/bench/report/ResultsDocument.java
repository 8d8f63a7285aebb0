package org.pagestamp.bench.report;

import org.pagestamp.bench.run.BenchReport;

/**
 * A document of Markdown in which the results stand between two marks, so that nobody types them.
 */
public final class ResultsDocument {
  /** The line before the results. */
  static final String BEGIN = "<!-- results: written by ./pagestamp bench --document -->\n";

  /** The line after the results. */
  static final String END = "<!-- end of results -->\n";

  private ResultsDocument() {}

  /**
   * The document with the report's results in place of those it has.
   *
   * @throws IllegalArgumentException if the document lacks the marks
   */
  public static String update(String document, BenchReport report) {
    int begin = document.indexOf(BEGIN);
    int end = document.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalArgumentException(
          "needs the lines '" + BEGIN.strip() + "' and '" + END.strip() + "'");
    }
    return document.substring(0, begin + BEGIN.length())
        + "\n"
        + MarkdownReport.of(report)
        + "\n"
        + document.substring(end);
  }
}
