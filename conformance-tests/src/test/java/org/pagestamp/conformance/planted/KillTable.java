package org.pagestamp.conformance.planted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The verdicts of a run as a table of the documentation. */
final class KillTable {
  private static final String BEGIN = "<!-- kill table -->";
  private static final String END = "<!-- end of kill table -->";

  private final List<Verdict> verdicts;

  KillTable(List<Verdict> verdicts) {
    this.verdicts = List.copyOf(verdicts);
  }

  /** The bugs that an engine had and no case noticed. */
  List<Verdict> survivors() {
    return verdicts.stream().filter(Verdict::survived).toList();
  }

  private long bugs() {
    return verdicts.stream().map(Verdict::bug).distinct().count();
  }

  /** For example {@code 199 planted bugs, 240 trials: 240 noticed, 0 survived}. */
  String summary() {
    int survived = survivors().size();
    return String.format(
        Locale.ROOT,
        "%d planted bugs, %d trials: %d noticed, %d survived",
        bugs(),
        verdicts.size(),
        verdicts.size() - survived,
        survived);
  }

  /** The table in Markdown. */
  String markdown() {
    StringBuilder text = new StringBuilder(summary()).append(".\n\n");
    text.append("| Bug | What goes wrong | Engine | Noticed by | Cases until then |\n");
    text.append("|---|---|---|---|---:|\n");
    for (Verdict verdict : verdicts) {
      text.append(
          String.format(
              Locale.ROOT,
              "| `%s` | %s | %s | %s | %s |%n",
              verdict.bug().name(),
              verdict.bug().meaning(),
              verdict.engine(),
              verdict.survived() ? "**nobody**" : verdict.noticedBy(),
              verdict.survived() ? "" : String.format(Locale.ROOT, "%,d", verdict.cases())));
    }
    return text.toString();
  }

  /** Puts the table into a document, in place of the one that it has. */
  void writeTo(Path document) throws IOException {
    String text = Files.readString(document);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalStateException(document + " has no lines " + BEGIN + " and " + END);
    }
    String before = text.substring(0, begin + BEGIN.length());
    Files.writeString(document, before + "\n\n" + markdown() + "\n" + text.substring(end));
  }

  /** The names of the bugs in a document's table, without repetition. */
  static List<String> namesIn(Path document) throws IOException {
    return Files.readAllLines(document).stream()
        .dropWhile(line -> !line.equals(BEGIN))
        .takeWhile(line -> !line.equals(END))
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.substring(3, line.indexOf('`', 3)))
        .distinct()
        .toList();
  }
}
