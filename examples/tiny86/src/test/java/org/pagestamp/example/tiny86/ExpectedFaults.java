package org.pagestamp.example.tiny86;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The hand-written list of faults. */
final class ExpectedFaults {
  private static final Map<String, Integer> VECTORS = Map.of("#GP", 13, "#PF", 14);

  private ExpectedFaults() {}

  /** The faults of one CPU in their order. */
  static List<Fault> of(int cpu) {
    Map<String, Long> addresses =
        lines("boot.sym")
            .map(line -> line.split(" "))
            .collect(Collectors.toMap(parts -> parts[0], parts -> Long.decode(parts[1])));
    return lines("expected-faults.txt")
        .map(line -> fault(line.split(" +"), addresses))
        .filter(fault -> fault.cpu() == cpu)
        .toList();
  }

  private static Fault fault(String[] parts, Map<String, Long> addresses) {
    return new Fault(
        Integer.parseInt(parts[0]),
        VECTORS.get(parts[2]),
        Integer.decode(parts[3]),
        parts[4].equals("-") ? 0 : Long.decode(parts[4]),
        addresses.get(parts[1]));
  }

  private static Stream<String> lines(String resource) {
    try (InputStream in = ExpectedFaults.class.getResourceAsStream(resource)) {
      String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return text.lines()
          .filter(line -> !line.startsWith("#"))
          .filter(Predicate.not(String::isBlank));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
