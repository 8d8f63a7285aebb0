package org.pagestamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ListCommandTest {
  @Test
  @DisplayName("without options: 4-level paging, one slot of RAM")
  void defaults() {
    Cli cli = Cli.run("list");
    assertEquals(0, cli.exitCode());
    assertTrue(cli.out().contains("4-level maxphyaddr=46 1g"), cli.out());
    assertTrue(cli.out().contains("[0x0, 0x8000000) ram"), cli.out());
  }

  @Test
  @DisplayName("options give role and slots; slots of TiB take no memory")
  void options() {
    Cli cli =
        Cli.run(
            "list",
            "--mode",
            "pae",
            "--wp",
            "--nxe",
            "--maxphyaddr",
            "40",
            "--slots",
            "0+1T:ram:log,0xff00000000+64K:rom");
    assertEquals(2, cli.exitCode());
    assertTrue(cli.err().contains("overlaps"), cli.err());
    Cli disjoint =
        Cli.run(
            "list",
            "--mode",
            "pae",
            "--wp",
            "--nxe",
            "--maxphyaddr",
            "40",
            "--slots",
            "0+512G:ram:log,0xff00000000+64K:rom");
    assertEquals(0, disjoint.exitCode());
    assertTrue(disjoint.out().contains("pae wp nxe maxphyaddr=40"), disjoint.out());
    assertTrue(disjoint.out().contains("[0x0, 0x8000000000) ram log-dirty"), disjoint.out());
  }

  @Test
  @DisplayName("--bytecode prints instructions")
  void bytecode() {
    Cli cli = Cli.run("list", "--bytecode");
    assertEquals(0, cli.exitCode());
    assertTrue(cli.out().contains("LRETURN"), cli.out());
  }

  @Test
  @DisplayName("--guest takes role and slots from a guest")
  void guest() {
    Cli cli = Cli.run("list", "--guest", "linux32-2l-max");
    assertEquals(0, cli.exitCode());
    assertTrue(cli.out().contains("2-level wp pse smep smap"), cli.out());
  }
}
