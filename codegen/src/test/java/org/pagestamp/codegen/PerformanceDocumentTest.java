package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the performance document shows of listings is in them. */
class PerformanceDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "performance.md");
  private static final Path LISTINGS = Path.of("src", "test", "golden");
  private static final Pattern BLOCK = Pattern.compile("```listing\n(.*?)```", Pattern.DOTALL);

  @Test
  void quotedLinesAreThoseOfTheListings() throws IOException {
    List<String> quoted =
        BLOCK
            .matcher(Files.readString(DOCUMENT))
            .results()
            .map((MatchResult block) -> block.group(1))
            .flatMap(String::lines)
            .toList();
    assertTrue(quoted.size() >= 5, quoted::toString);
    List<String> listing =
        Stream.of("4-level-ram.walk", "4-level-over-ept4-ram.walk")
            .flatMap(PerformanceDocumentTest::lines)
            .collect(Collectors.toList());
    assertEquals(List.of(), quoted.stream().filter(line -> !listing.contains(line)).toList());
  }

  private static Stream<String> lines(String listing) {
    try {
      return Files.readString(LISTINGS.resolve(listing)).lines().map(String::strip);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
