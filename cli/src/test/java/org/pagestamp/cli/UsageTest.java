package org.pagestamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Help, and bad usage or input: exit code 2, one clear message, no stack trace. */
class UsageTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "map",
        "rmap",
        "walk",
        "explain",
        "list",
        "profiles",
        "conform",
        "tiny86",
        "stress",
        "bench"
      })
  @DisplayName("every subcommand has help with an example")
  void help(String command) {
    Cli cli = Cli.run(command, "--help");
    assertEquals(0, cli.exitCode());
    assertTrue(cli.out().contains("Usage: pagestamp " + command), cli.out());
    assertTrue(cli.out().contains("Example"), cli.out());
  }

  @Test
  @DisplayName("without a subcommand: help")
  void noCommand() {
    Cli cli = Cli.run();
    assertEquals(0, cli.exitCode());
    assertTrue(cli.out().contains("Exit codes:"), cli.out());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          frobnicate                             | frobnicate
          map                                    | Missing required parameter: 'GUEST'
          map nosuch                             | nosuch: neither a capture folder, nor an ELF core
          map memtest-x86 --format xml           | expected one of
          map memtest-x86 --cr3 0x1000           | go with --raw only
          map --raw nosuch                       | --raw needs --cr3 and --mode
          map --raw nosuch --cr3 1 --mode 3-level | '3-level' is none of none, 2-level, pae
          map --raw nosuch --cr3 1 --mode pae    | nosuch: cannot be read
          map memtest-x86 --maxphyaddr 99        | MAXPHYADDR 99 is outside
          map memtest-x86 --efer 0x100           | impossible registers
          walk memtest-x86                       | Missing required parameter: 'GVA'
          walk memtest-x86 12ab                  | '12ab' is no number of 64 bits
          walk memtest-x86 0x10000000000000000   | is no number of 64 bits
          walk memtest-x86 0 --write --fetch     | --write and --fetch exclude each other
          walk memtest-x86 0 --engine fast       | expected one of
          list --slots 0+4K                      | '0+4K' is no slot
          list --slots 1+4K:ram                  | is not aligned
          list --slots 0+0:ram                   | is empty
          list --slots 0+8192T:ram               | more than 4 TiB
          list --slots 0+4T:ram,8T+8388607T:ram  | more than
          list --slots 0+99999999999T:ram        | is more than 2^63 bytes
          list --mode 2-level --pke              | PKE has no effect in 2-level paging
          list --maxphyaddr 60                   | MAXPHYADDR 60 is outside
          profiles --only D39                    | no row 'D39': there are D1 to D38
          profiles --engine fast                 | expected one of
          demo nosuch                            | nosuch: neither a capture folder
          stress --threads 3                     | --threads must be 4 or more, not 3
          stress --seconds 0                     | --seconds must be 1 or more, not 0
          bench --only nosuch                    | no scenario 'nosuch': --list names them all
          bench --forks 0                        | --forks must be 1 or more, not 0
          bench --from nosuch.json               | nosuch.json: no results of an earlier run
          """)
  @DisplayName("bad usage")
  void badUsage(String arguments, String message) {
    assertBad(Cli.run(arguments.split(" ")), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "map FILE",
        "rmap FILE 0",
        "walk FILE 0",
        "explain FILE 0",
        "list --guest FILE",
        "demo FILE"
      })
  @DisplayName("a file that is no guest is named with the offset")
  void badFile(String arguments, @TempDir Path folder) throws Exception {
    Path file = folder.resolve("broken.elf");
    Files.write(file, new byte[] {0x7f, 'E', 'L', 'F', 9});
    assertBad(
        Cli.run(arguments.replace("FILE", file.toString()).split(" ")),
        file + ": offset 0x4: ELF class 9 is neither 1 (32 bits) nor 2 (64 bits)");
  }

  @Test
  @DisplayName("an empty folder is no capture")
  void emptyFolder(@TempDir Path folder) {
    assertBad(Cli.run("map", folder.toString()), "regs.json: no such file");
  }

  private static void assertBad(Cli cli, String message) {
    assertEquals(2, cli.exitCode(), cli.err());
    assertEquals("", cli.out());
    assertTrue(cli.err().contains(message), cli.err());
    assertFalse(cli.err().contains("\tat "), cli.err());
  }
}
