package org.pagestamp.conformance.jcstress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.GradingResult;

/** Samples of each test and subject, and how many of them were forbidden or interesting. */
final class ResultTable {
  private final Map<StressSubject, SortedMap<String, Counts>> counts =
      new EnumMap<>(StressSubject.class);

  private record Counts(long samples, long forbidden, long interesting) {
    static final Counts NONE = new Counts(0, 0, 0);

    Counts plus(Counts other) {
      return new Counts(
          samples + other.samples, forbidden + other.forbidden, interesting + other.interesting);
    }
  }

  /** The files of results that jcstress left in a directory. */
  static List<Path> resultFiles(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".bin.gz")).toList();
    }
  }

  /** Adds the results of a subject. */
  void add(StressSubject subject, Path directory) throws IOException {
    SortedMap<String, Counts> tests = new TreeMap<>();
    for (Path file : resultFiles(directory)) {
      InProcessCollector collector = new InProcessCollector();
      DiskReadCollector reader = new DiskReadCollector(file.toString(), collector);
      try {
        reader.dump();
      } catch (ClassNotFoundException e) {
        throw new IOException(file + " is of another version of jcstress", e);
      } finally {
        reader.close();
      }
      for (TestResult result : collector.getTestResults()) {
        String name = result.getName().substring(result.getName().lastIndexOf('.') + 1);
        tests.merge(name, count(result), Counts::plus);
      }
    }
    counts.put(subject, tests);
  }

  private static Counts count(TestResult result) {
    Counts sum = Counts.NONE;
    for (GradingResult grade : result.grading().gradingResults.values()) {
      sum =
          sum.plus(
              new Counts(
                  grade.count,
                  grade.expect == Expect.FORBIDDEN ? grade.count : 0,
                  grade.expect == Expect.ACCEPTABLE_INTERESTING ? grade.count : 0));
    }
    return sum;
  }

  /** Whether every test has samples and none is forbidden. */
  boolean isClean() {
    return counts.values().stream()
        .allMatch(
            tests ->
                !tests.isEmpty()
                    && tests.values().stream()
                        .allMatch(each -> each.samples > 0 && each.forbidden == 0));
  }

  /** In Markdown. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("| test |");
    counts.keySet().forEach(subject -> text.append(' ').append(subject).append(" |"));
    text.append(" forbidden | interesting |\n|---|").append("--:|".repeat(counts.size() + 2));
    Set<String> names = new TreeSet<>();
    counts.values().forEach(tests -> names.addAll(tests.keySet()));
    Counts all = Counts.NONE;
    for (String name : names) {
      Counts sum = Counts.NONE;
      text.append("\n| `").append(name).append("` |");
      for (SortedMap<String, Counts> tests : counts.values()) {
        Counts each = tests.getOrDefault(name, Counts.NONE);
        sum = sum.plus(each);
        text.append(String.format(Locale.ROOT, " %,d |", each.samples));
      }
      text.append(String.format(Locale.ROOT, " %,d | %,d |", sum.forbidden, sum.interesting));
      all = all.plus(sum);
    }
    return text.append(
            String.format(
                Locale.ROOT,
                "%n%n%,d samples, %,d forbidden, %,d interesting%n",
                all.samples,
                all.forbidden,
                all.interesting))
        .toString();
  }
}
