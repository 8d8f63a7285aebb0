package org.pagestamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProfilesCommandTest {
  @Test
  @DisplayName("the table has what each profile came to; what differs is told from what does not")
  void rows() {
    Cli cli = Cli.run("profiles", "--only", "D1,D3");
    assertEquals(0, cli.exitCode(), cli.err());
    List<String> lines = cli.lines();
    assertEquals(
        List.of("row", "subject", "kvm", "intel", "amd", "qemu", "bochs"),
        List.of(lines.getFirst().split(" +")));
    assertTrue(
        lines.stream()
            .anyMatch(line -> line.matches("D1 .*#PF 0x9 P RSVD +=  +=  +#PF 0x8 RSVD +=")),
        cli.out());
    assertTrue(lines.stream().anyMatch(line -> line.matches("D3 .* =  +=  +allowed, set in +=")));
    assertEquals(
        "2 rows: profiles differ in 2, not modelled 0; both engines agree", lines.getLast());
  }

  @Test
  @DisplayName("a row that is not modelled says why")
  void notModelled() {
    Cli cli = Cli.run("profiles", "--only", "d15");
    assertEquals(0, cli.exitCode(), cli.err());
    assertTrue(cli.out().contains("shadow-stack accesses   not modelled"), cli.out());
    assertTrue(cli.out().contains("D15: no kind of access is one"), cli.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"interpreted", "generated"})
  @DisplayName("one engine shows what both do")
  void oneEngine(String engine) {
    Cli both = Cli.run("profiles", "--only", "D9,D22");
    Cli one = Cli.run("profiles", "--only", "D9,D22", "--engine", engine);
    assertEquals(0, one.exitCode(), one.err());
    assertEquals(both.out().replace("both engines agree", "engine " + engine), one.out());
  }

  @Test
  @DisplayName("--markdown prints the table of the document")
  void markdown() throws IOException {
    Cli cli = Cli.run("profiles", "--markdown");
    assertEquals(0, cli.exitCode(), cli.err());
    assertFalse(cli.out().isBlank());
    String document = Files.readString(Path.of("..", "docs", "profiles.md"));
    assertTrue(document.contains(cli.out()), cli.out());
  }
}
