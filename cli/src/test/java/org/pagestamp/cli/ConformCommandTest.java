package org.pagestamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pagestamp.conformance.VectorSet;

class ConformCommandTest {
  private static final String CARELESS = "org.pagestamp.conformance.example.CarelessMmu";

  @TempDir private Path folder;

  /** The first shipped vectors of 2-level paging. */
  private static List<String> vectors() throws IOException {
    InputStream file = VectorSet.class.getResourceAsStream("vectors/legacy.jsonl.gz");
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
      return lines.lines().limit(40).toList();
    }
  }

  private Path write(String name, List<String> lines) throws IOException {
    return Files.write(folder.resolve(name), lines);
  }

  private String in(String name) {
    return folder.resolve(name).toString();
  }

  @Test
  @DisplayName("vectors given: each counts once per engine, and no other group runs")
  void vectorsOnly() throws IOException {
    Path file = write("some.jsonl", vectors());
    Cli cli = Cli.run("conform", "--vectors", file.toString());
    assertEquals(0, cli.exitCode(), cli.err());
    assertEquals("80 passed, 0 failed", cli.lines().getLast());
    assertFalse(cli.out().contains("permissions"), cli.out());
    assertEquals("", cli.err());
  }

  @Test
  @DisplayName("a mismatch: exit code 1, the vector, a file of it, and an HTML report")
  void mismatch() throws IOException {
    String line = vectors().getFirst();
    String wrong = line.replaceFirst("\"cr0\":\"0x[0-9a-f]*\"", "\"cr0\":\"0x80000001\"");
    wrong = wrong.replaceFirst("\"expect\":\\{[^}]*}", "\"expect\":{\"fault\":\"noncanonical\"}");
    Path file = write("wrong.jsonl", List.of(wrong));
    Cli cli =
        Cli.run(
            "conform",
            "--vectors",
            file.toString(),
            "--failures-to",
            in("failures.jsonl"),
            "--report",
            in("report.html"));
    assertEquals(1, cli.exitCode(), cli.err());
    assertEquals("0 passed, 2 failed", cli.lines().getLast());
    assertTrue(cli.out().contains("expected fault for a non-canonical address"), cli.out());
    List<String> failures = Files.readAllLines(folder.resolve("failures.jsonl"));
    assertEquals(1, failures.size(), "both engines fail at the same vector");
    assertTrue(cli.out().contains(failures.getFirst()), cli.out());
    assertTrue(Files.readString(folder.resolve("report.html")).contains("2 failed"));
  }

  @Test
  @DisplayName("a foreign walker by the name of its class; its failures replay")
  void foreignEngine() {
    Cli cli =
        Cli.run(
            "conform",
            "--engine",
            CARELESS,
            "--only",
            "permissions",
            "--failures-to",
            in("failures.jsonl"));
    assertEquals(1, cli.exitCode(), cli.err());
    Cli again =
        Cli.run(
            "conform",
            "--engine",
            CARELESS,
            "--replay",
            in("failures.jsonl"),
            "--failures-to",
            in("again.jsonl"));
    assertEquals(1, again.exitCode(), again.err());
    assertEquals("0 passed, 20 failed", again.lines().getLast());
    Cli ours = Cli.run("conform", "--replay", in("failures.jsonl"));
    assertEquals(0, ours.exitCode(), ours.out());
    assertEquals("40 passed, 0 failed", ours.lines().getLast());
  }

  @Test
  @DisplayName("a class that is on --classpath only, and one that is nowhere")
  void classPath() {
    Cli cli = Cli.run("conform", "--engine", "com.example.Mmu", "--classpath", folder.toString());
    assertEquals(2, cli.exitCode());
    assertTrue(cli.err().contains("'com.example.Mmu' is none of interpreted"), cli.err());
  }

  @Test
  @DisplayName("vectors with a second stage; one that fails is shown, and replays")
  void stage2() throws IOException {
    String line =
        """
        {"name":"a/b/1","mode":"ept4","eptp":"0x101e","ept_execonly":true,"maxphyaddr":40,\
        "slots":[{"base":"0x0","size":"0x10000","readonly":false}],"memory":[],\
        "access":{"address":"0x0","type":"read","user":false,"ac":false,"implicit":false},\
        "expect":{"fault":"ept-misconfig","gpa":"0x0","gpa_mask":"0x0"},"after":[]}\
        """;
    Path file = write("ept.jsonl", List.of(line));
    Cli cli =
        Cli.run(
            "conform",
            "--engine",
            "interpreted",
            "--vectors",
            file.toString(),
            "--failures-to",
            in("failures.jsonl"));
    assertEquals("0 passed, 1 failed", cli.lines().getLast());
    assertTrue(cli.out().contains("FAILED: vectors, ept4, interpreted"), cli.out());
    assertEquals(List.of(line), Files.readAllLines(folder.resolve("failures.jsonl")));
  }

  @Test
  @DisplayName("a malformed vector: file, line and field; exit code 2")
  void malformed() throws IOException {
    List<String> lines = vectors();
    String bad = lines.get(1).replace("\"pkru\"", "\"pkrx\"");
    Path file = write("bad.jsonl", List.of(lines.get(0), bad));
    Cli cli = Cli.run("conform", "--vectors", file.toString());
    assertEquals(2, cli.exitCode());
    assertEquals(
        "pagestamp conform: " + file + ", line 2, field pkru: is missing", cli.err().strip());
  }

  @Test
  @DisplayName("--list names the groups")
  void list() {
    Cli cli = Cli.run("conform", "--list");
    assertEquals(0, cli.exitCode());
    assertTrue(cli.lines().stream().anyMatch(line -> line.startsWith("permissions ")), cli.out());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --only nosuch              | no group 'nosuch': there are vectors, guests
          --mode 3-level             | '3-level' is none of
          --memory tape              | 'tape' is none of native, native-per-slot
          --engine java.lang.String  | does not implement org.pagestamp.conformance.Subject
          --shard 3/2                | '3/2' is no shard such as 1/4
          --walks many               | 'many' is no number of walks
          --walks -1                 | '-1' is no number of walks
          --walks 1e99               | '1e99' is no number of walks
          --seed x                   | 'x' is no seed
          --failures 0               | at least one failure must be kept
          --vectors nosuch.jsonl     | nosuch.jsonl: no such file
          --guests nosuch            | nosuch: neither a capture folder
          """)
  @DisplayName("bad usage or input: exit code 2 and one clear message")
  void bad(String arguments, String message) {
    Cli cli = Cli.run(("conform " + arguments).split(" "));
    assertEquals(2, cli.exitCode(), cli.out());
    assertTrue(cli.err().contains(message), cli.err());
    assertFalse(cli.err().contains("\tat "), cli.err());
  }
}
