package org.pagestamp.conformance.profile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.pagestamp.conformance.WalkerSubject;
import org.pagestamp.profile.Profile;

/**
 * What rows came to, in each profile, with one engine.
 *
 * @param engine the engine's name
 * @param lines one for each row
 */
public record ProfileTable(String engine, List<Line> lines) {
  /** What a cell has that is as the first profile's. */
  private static final String SAME = "=";

  private static final String DEVIATES = " *";

  /** Makes the list immutable. */
  public ProfileTable {
    lines = List.copyOf(lines);
  }

  /**
   * One row.
   *
   * @param row the row
   * @param outcomes in the order of {@link Profile#values}; empty if the row is not modelled
   */
  public record Line(ProfileRow row, List<String> outcomes) {
    /** Makes the list immutable. */
    public Line {
      outcomes = List.copyOf(outcomes);
    }

    /**
     * The cells: {@code =} where an outcome is the first profile's, and a star behind one that is
     * known not to be the original's.
     */
    public List<String> cells() {
      List<String> cells = new ArrayList<>();
      for (int column = 0; column < outcomes.size(); column++) {
        String outcome = outcomes.get(column);
        String cell = column > 0 && outcome.equals(outcomes.getFirst()) ? SAME : outcome;
        boolean deviates = StatedOutcomes.deviates(row.id(), columns().get(column));
        cells.add(deviates ? cell + DEVIATES : cell);
      }
      return cells;
    }

    /** Whether not all profiles have the same outcome. */
    public boolean differs() {
      return outcomes.stream().distinct().count() > 1;
    }
  }

  /** Runs rows, each profile over each. */
  public static ProfileTable of(List<ProfileRow> rows, WalkerSubject walkers) {
    List<Line> lines = new ArrayList<>();
    for (ProfileRow row : rows) {
      List<String> outcomes =
          row.isModelled()
              ? Arrays.stream(Profile.values())
                  .map(profile -> row.observe(profile, walkers))
                  .toList()
              : List.of();
      lines.add(new Line(row, outcomes));
    }
    return new ProfileTable(walkers.engineName(), lines);
  }

  /** The labels of the columns of outcomes. */
  public static List<String> columns() {
    return Arrays.stream(Profile.values()).map(Profile::label).toList();
  }

  /** Where another engine came to something else with the same rows, a sentence each. */
  public List<String> differences(ProfileTable other) {
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Line mine = lines.get(i);
      for (int column = 0; column < mine.outcomes.size(); column++) {
        String theirs = other.lines.get(i).outcomes.get(column);
        if (!theirs.equals(mine.outcomes.get(column))) {
          differences.add(
              String.format(
                  Locale.ROOT,
                  "%s, profile %s: %s walks come to '%s', %s ones to '%s'",
                  mine.row.id(),
                  columns().get(column),
                  engine,
                  mine.outcomes.get(column),
                  other.engine,
                  theirs));
        }
      }
    }
    return differences;
  }

  /** The table in Markdown, with the notes below; what differs from the first profile is bold. */
  public String markdown() {
    StringBuilder text = new StringBuilder("| row | subject |");
    columns().forEach(column -> text.append(' ').append(column).append(" |"));
    text.append("\n|---|---|").append("---|".repeat(columns().size())).append('\n');
    for (Line line : lines) {
      text.append("| ").append(line.row.id()).append(" | ").append(line.row.subject()).append(" |");
      text.append(
          line.outcomes.isEmpty()
              ? " not modelled |" + " |".repeat(columns().size() - 1)
              : markdown(line.cells()));
      text.append('\n');
    }
    text.append('\n');
    for (Line line : lines) {
      if (!line.row.note().isEmpty()) {
        text.append("- ").append(line.row.id()).append(": ").append(line.row.note()).append('\n');
      }
    }
    return text.toString();
  }

  private static String markdown(List<String> cells) {
    List<String> marked = new ArrayList<>();
    for (String cell : cells) {
      boolean plain = marked.isEmpty() || cell.startsWith(SAME) || cell.equals(Scenario.NOT_THERE);
      marked.add((plain ? cell : "**" + cell + "**").replace(DEVIATES, " \\*"));
    }
    return marked.stream().collect(Collectors.joining(" | ", " ", " |"));
  }
}
