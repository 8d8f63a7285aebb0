package org.pagestamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RmapCommandTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"linux64-4l-max", "linux64-5l-max", "linux32-pae-max", "linux32-2l-max", "ovmf64"})
  @DisplayName("rmap finds the pages that map prints, and no other")
  void asMapPrints(String name) {
    List<String[]> pages =
        Cli.run("map", name, "--pages", "--format", "tsv").lines().stream()
            .skip(1)
            .map(line -> line.split("\t"))
            .toList();
    for (int i = 0; i < pages.size(); i += pages.size() / 7) {
      long gpa = Long.decode(pages.get(i)[1]) + 0x123;
      List<String> expected =
          pages.stream()
              .filter(page -> holds(page, gpa))
              .map(
                  page ->
                      Numbers.hex(
                          Long.parseUnsignedLong(page[0].substring(2), 16)
                              + gpa
                              - Long.decode(page[1])))
              .toList();
      Cli cli = Cli.run("rmap", name, Numbers.hex(gpa), "--limit", "100000");
      assertEquals(0, cli.exitCode());
      assertEquals(
          expected, cli.lines().stream().map(line -> line.split(" ", -1)[2]).toList(), name);
    }
  }

  private static boolean holds(String[] page, long gpa) {
    return Long.compareUnsigned(gpa - Long.decode(page[1]), Long.decode(page[2])) < 0;
  }

  @Test
  @DisplayName("a line for each address, with the page's size, rights and flags")
  void lines() {
    Cli cli = Cli.run("rmap", "linux32-2l-max", "0x1c5d010");
    assertEquals("", cli.err());
    assertEquals("0x1c5d010 <- 0x804a010  (page: 4K ur-x A--)", cli.lines().getFirst());
    assertTrue(cli.lines().size() > 1, "the kernel maps all memory as well");
  }

  @Test
  @DisplayName("nothing maps an address: exit code 1, and what lies there")
  void nothing() {
    Cli cli = Cli.run("rmap", "linux64-4l-max", "0x123456789000");
    assertEquals(1, cli.exitCode());
    assertEquals(List.of("0x123456789000 <- nothing  (hole)"), cli.lines());
  }

  @Test
  @DisplayName(
      "tables that map themselves in every entry end at the limit, or find nothing at once")
  void selfMap() throws Exception {
    ByteBuffer memory = ByteBuffer.allocate(0x2000).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 512; i++) {
      memory.putLong(0x1000 + i * 8, 0x1003);
    }
    Path file = folder.resolve("ram.bin");
    Files.write(file, memory.array());
    String[] raw = {"rmap", "--raw", file.toString(), "--cr3", "0x1000", "--mode", "4-level"};
    Cli own = Cli.run(with(raw, "0x1008", "--limit", "3"));
    assertEquals(
        List.of(
            "0x1008 <- 0x8  (page: 4K -rwx ---)",
            "0x1008 <- 0x1008  (page: 4K -rwx ---)",
            "0x1008 <- 0x2008  (page: 4K -rwx ---)"),
        own.lines());
    assertEquals("0x1008: only the first 3; --limit prints more", own.err().strip());
    assertEquals(1, Cli.run(with(raw, "0x0")).exitCode());
  }

  private static String[] with(String[] first, String... more) {
    String[] all = Arrays.copyOf(first, first.length + more.length);
    System.arraycopy(more, 0, all, first.length, more.length);
    return all;
  }

  @Test
  @DisplayName("page tables outside the dump are told")
  void missingTables() throws Exception {
    Path file = folder.resolve("ram.bin");
    Files.write(file, new byte[0x2000]);
    Cli cli =
        Cli.run("rmap", "--raw", file.toString(), "--cr3", "0x5000", "--mode", "4-level", "0x1000");
    assertTrue(cli.err().contains("page table not in this dump: level 4, gpa 0x5000"), cli.err());
    assertFalse(cli.err().contains("mistake in pagestamp"), cli.err());
  }

  @Test
  @DisplayName("bad limits are refused")
  void badLimit() {
    Cli cli = Cli.run("rmap", "memtest-x86", "0", "--limit", "0");
    assertEquals(2, cli.exitCode());
    assertTrue(cli.err().contains("--limit 0: at least 1"), cli.err());
  }
}
