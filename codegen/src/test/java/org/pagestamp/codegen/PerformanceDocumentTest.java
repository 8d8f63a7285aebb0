package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the performance document shows of a listing is in that listing. */
class PerformanceDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "performance.md");
  private static final Path LISTING = Path.of("src", "test", "golden", "4-level-ram.walk");
  private static final Pattern BLOCK = Pattern.compile("```listing\n(.*?)```", Pattern.DOTALL);

  @Test
  void quotedLinesAreThoseOfTheListing() throws IOException {
    List<String> quoted =
        BLOCK
            .matcher(Files.readString(DOCUMENT))
            .results()
            .map((MatchResult block) -> block.group(1))
            .flatMap(String::lines)
            .toList();
    assertTrue(quoted.size() >= 5, quoted::toString);
    List<String> listing =
        Files.readString(LISTING).lines().map(String::strip).collect(Collectors.toList());
    assertEquals(List.of(), quoted.stream().filter(line -> !listing.contains(line)).toList());
  }
}
