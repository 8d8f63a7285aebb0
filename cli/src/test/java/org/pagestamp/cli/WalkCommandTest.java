package org.pagestamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code walk} and {@code explain}. */
class WalkCommandTest {
  private static final String LINUX = "linux64-4l-max";

  @ParameterizedTest
  @ValueSource(strings = {"interpreted", "generated", "both"})
  @DisplayName("every engine translates")
  void translates(String engine) {
    Cli cli = Cli.run("walk", LINUX, "--user", "--engine", engine, "0x401234", "0x402000");
    assertEquals(
        """
        0x401234 -> 0xb8e4234  (page: gpa 0xb8e4000 level 1 -ux accessed)
        0x402000 -> 0xb8e5000  (page: gpa 0xb8e5000 level 1 -u- accessed)
        """,
        cli.out());
    assertEquals(0, cli.exitCode());
  }

  @Test
  @DisplayName("a fault ends with exit code 1, the other addresses are walked nevertheless")
  void fault() {
    Cli cli = Cli.run("walk", LINUX, "--user", "--write", "0x401000", "0x400000000000");
    assertEquals(1, cli.exitCode());
    assertEquals(
        "0x401000 -> fault 0x7 P|WRITE|USER at level 1: permission", cli.lines().getFirst());
    assertTrue(cli.lines().get(1).startsWith("0x400000000000 -> 0x6af4000"));
  }

  @Test
  @DisplayName("a table outside the dump is told from an address that is not mapped")
  void missingTable(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("ram.bin");
    byte[] memory = new byte[0x2000];
    memory[0x1000] = 0x03;
    memory[0x1001] = 0x50;
    Files.write(file, memory);
    String[] raw = {"--raw", file.toString(), "--cr3", "0x1000", "--mode", "4-level"};
    Cli missing = Cli.run("walk", raw[0], raw[1], raw[2], raw[3], raw[4], raw[5], "0");
    assertEquals(1, missing.exitCode());
    assertTrue(
        missing.out().contains("page table not in this dump: level 3, gpa 0x5000"), missing.out());
    Cli unmapped = Cli.run("walk", raw[0], raw[1], raw[2], raw[3], raw[4], raw[5], "0x8000000000");
    assertEquals("0x8000000000 -> fault 0x0 0 at level 4: not present\n", unmapped.out());
    Cli explained = Cli.run("explain", raw[0], raw[1], raw[2], raw[3], raw[4], raw[5], "0");
    assertTrue(explained.out().contains("page table not in this dump"), explained.out());
  }

  @Test
  @DisplayName("explain tells every level, and that accessed bits in ROM are skipped")
  void explain() {
    Cli cli = Cli.run("explain", "rom-bios-ad0-q10", "0x1000", "--write");
    assertEquals(0, cli.exitCode());
    assertEquals(4, cli.lines().stream().filter(s -> s.contains("A/D skipped")).count());
    assertTrue(cli.out().contains("decided by: every check passed"));
  }

  @Test
  @DisplayName("explain ends with exit code 1 if the address faults")
  void explainFault() {
    Cli cli = Cli.run("explain", LINUX, "0");
    assertEquals(1, cli.exitCode());
    assertTrue(cli.out().contains("decided by: the entry is not present"));
  }
}
