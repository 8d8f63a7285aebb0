package org.pagestamp.conformance.planted;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Reads the planted bugs: five lines each, {@code bug:}, {@code says:}, {@code in:}, {@code find:}
 * and {@code make:}, with blank lines and lines of {@code #} between them.
 */
final class BugTable {
  private static final List<String> KEYS = List.of("bug", "says", "in", "find", "make");

  private final PlantedBug.Engines engines;
  private final List<PlantedBug> bugs = new ArrayList<>();
  private final List<String> values = new ArrayList<>();
  private int number;

  private BugTable(PlantedBug.Engines engines) {
    this.engines = engines;
  }

  /**
   * All bugs.
   *
   * @throws IllegalArgumentException if a line is not as it must be
   */
  static List<PlantedBug> all() throws IOException {
    List<PlantedBug> all = new ArrayList<>();
    for (PlantedBug.Engines engines : PlantedBug.Engines.values()) {
      all.addAll(new BugTable(engines).read());
    }
    return all;
  }

  private List<PlantedBug> read() throws IOException {
    InputStream stream = BugTable.class.getResourceAsStream(engines.file());
    Objects.requireNonNull(stream, engines.file());
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank() && !line.startsWith("#")) {
          add(line);
        }
      }
    }
    if (!values.isEmpty()) {
      throw refused("ends within a bug");
    }
    return bugs;
  }

  private void add(String line) {
    String key = KEYS.get(values.size());
    if (!line.startsWith(key + ": ")) {
      throw refused("expected '" + key + ": ', found '" + line + "'");
    }
    values.add(line.substring(key.length() + 2));
    if (values.size() == KEYS.size()) {
      bugs.add(
          new PlantedBug(
              values.get(0), values.get(1), engines, values.get(2), values.get(3), values.get(4)));
      values.clear();
    }
  }

  private IllegalArgumentException refused(String problem) {
    return new IllegalArgumentException(engines.file() + ", line " + number + ": " + problem);
  }
}
