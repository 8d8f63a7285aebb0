package org.pagestamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example in docs/conformance.md is the one that is shipped, and its report is a real one. */
class ConformanceDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "conformance.md");
  private static final Path EXAMPLE =
      Path.of(
          "..",
          "conformance-tests",
          "src/main/java/org/pagestamp/conformance/example/CarelessMmu.java");

  private static String document() throws IOException {
    return Files.readString(DOCUMENT);
  }

  @Test
  @DisplayName("the method shown is the example's")
  void source() throws IOException {
    String source = Files.readString(EXAMPLE);
    int start = source.indexOf("    @Override\n    public long access(");
    int end = source.indexOf("\n    }\n", start) + "\n    }\n".length();
    String method = source.substring(start, end).stripIndent();
    assertTrue(document().contains("```java\n" + method + "```\n"), method);
  }

  @Test
  @DisplayName("the report shown is what the command prints, but for times")
  void report(@TempDir Path folder) throws IOException {
    String failures = folder.resolve("failures.jsonl").toString();
    Cli cli =
        Cli.run(
            "conform",
            "--engine",
            "org.pagestamp.conformance.example.CarelessMmu",
            "--mode",
            "2-level",
            "--only",
            "vectors,permissions",
            "--failures",
            "2",
            "--failures-to",
            failures);
    assertEquals(1, cli.exitCode(), cli.err());
    String printed = cli.out().replace(failures, "conform-failures.jsonl").strip();
    String document = document();
    String before = "--failures 2\n";
    int start = document.indexOf(before) + before.length();
    String shown = document.substring(start, document.indexOf("\n```", start));
    assertEquals(withoutTimes(printed), withoutTimes(shown));
  }

  /** The last column: a duration, and what pads the line because of it. */
  private static String withoutTimes(String text) {
    return text.replaceAll(" +[0-9]+\\.[0-9] s\\b", " TIME");
  }
}
