package org.pagestamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.ShippedGuests;
import org.pagestamp.slot.GuestMemory;

class MapCommandTest {
  private static final String LINUX = "linux64-4l-max";

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "linux64-4l-max, 73868",
    "linux64-5l-max, 73868",
    "linux32-pae-max, 3405",
    "linux32-2l-max, 4382",
    "ovmf64, 524799",
    "memtest-x86, 2048",
    "rom-bios-ad0-q10, 2559"
  })
  @DisplayName("--pages prints each page; the ranges have as many")
  void pagesAndRanges(String name, long pages) {
    assertEquals(pages + 1, Cli.run("map", name, "--pages", "--format", "tsv").lines().size());
    long inRanges =
        Cli.run("map", name, "--format", "tsv").lines().stream()
            .skip(1)
            .map(line -> line.split("\t"))
            .mapToLong(fields -> Long.decode(fields[2]) / Long.decode(fields[3]))
            .sum();
    assertEquals(pages, inRanges);
  }

  @Test
  @DisplayName("tsv: a header, then gva, gpa and size in hexadecimal with 0x")
  void tsv() {
    Cli cli = Cli.run("map", "rom-bios-ad0-q10", "--format", "tsv");
    assertEquals(0, cli.exitCode());
    assertEquals("", cli.err());
    assertEquals(
        List.of(
            "gva\tgpa\tsize\tpage\trights\tadg\tkind",
            "0x0\t0x0\t0x200000\t0x1000\t-rwx\t---\tram+rom",
            "0x200000\t0x200000\t0xffe00000\t0x200000\t-rwx\t---\tram+rom+mmio+hole"),
        cli.lines());
  }

  @Test
  @DisplayName("table: aligned, with units")
  void table() {
    Cli cli = Cli.run("map", "linux32-2l-max");
    assertEquals(
        "gva                 gpa                  size           pages  rights  adg  kind",
        cli.lines().getFirst());
    assertEquals(
        "0x8049000           0x1c5c000              8K          2 x 4K  ur-x    A--  ram",
        cli.lines().get(1));
  }

  @Test
  @DisplayName("json: one object with the same ranges as tsv")
  void json() throws IOException {
    JsonNode ranges =
        new ObjectMapper().readTree(Cli.run("map", LINUX, "--format", "json").out()).path("ranges");
    List<String> tsv = Cli.run("map", LINUX, "--format", "tsv").lines();
    assertEquals(tsv.size() - 1, ranges.size());
    for (int i = 0; i < ranges.size(); i++) {
      JsonNode range = ranges.get(i);
      assertEquals(
          tsv.get(i + 1),
          String.join(
              "\t",
              range.path("gva").asText(),
              range.path("gpa").asText(),
              range.path("size").asText(),
              range.path("page").asText(),
              range.path("rights").asText(),
              range.path("adg").asText(),
              range.path("kind").asText()));
    }
  }

  @Test
  @DisplayName("a core prints the ranges of the capture folder of the same guest")
  void coreAndFolder() throws Exception {
    Path core = folder.resolve("memory.elf");
    writeCore(core);
    copyShipped("regs.json", "slots.json", "tables-rle.txt.gz");
    Cli fromFolder = Cli.run("map", folder.toString(), "--format", "tsv");
    assertEquals(fromFolder.out(), Cli.run("map", core.toString(), "--format", "tsv").out());
  }

  @Test
  @DisplayName("a core alone prints the same ranges, kinds apart, and tells what it assumed")
  void coreAlone() throws Exception {
    Path core = folder.resolve("memory.elf");
    writeCore(core);
    Cli alone = Cli.run("map", core.toString(), "--format", "tsv");
    Cli shipped = Cli.run("map", LINUX, "--format", "tsv");
    assertEquals(withoutKind(shipped), withoutKind(alone));
    assertTrue(alone.err().contains("memory.elf: EFER is not in an ELF core: assumed 0xd00"));
    assertTrue(alone.err().contains("memory.elf: MAXPHYADDR is not in an ELF core: assumed 52"));
    Cli told = Cli.run("map", core.toString(), "--efer", "0xd01", "--maxphyaddr", "40");
    assertEquals("", told.err());
  }

  private static List<String> withoutKind(Cli cli) {
    return cli.lines().stream().map(line -> line.substring(0, line.lastIndexOf('\t'))).toList();
  }

  private static void writeCore(Path file) throws Exception {
    try (Guest guest = ShippedGuests.open(LINUX)) {
      CoreFile.write(guest, 192L << 20, file);
    }
  }

  private void copyShipped(String... files) throws IOException {
    for (String file : files) {
      String resource = "shipped/" + LINUX + "/" + file;
      try (InputStream in = ShippedGuests.class.getResourceAsStream(resource)) {
        if (in == null) {
          throw new FileNotFoundException(resource);
        }
        Files.write(folder.resolve(file), in.readAllBytes());
      }
    }
  }

  @Test
  @DisplayName("a raw image, with CR3 and mode from the command line")
  void rawImage() throws Exception {
    Path file = folder.resolve("ram.bin");
    byte[] memory = new byte[0x30000];
    try (Guest guest = ShippedGuests.open("memtest-x86")) {
      assertEquals(
          memory.length, new GuestMemory(guest.layout()).read(0x100000, memory, 0, memory.length));
    }
    Files.write(file, memory);
    Cli raw =
        Cli.run(
            "map",
            "--raw",
            file.toString(),
            "--base",
            "1M",
            "--cr3",
            "0x11b000",
            "--mode",
            "4-level",
            "--format",
            "tsv");
    assertEquals(0, raw.exitCode());
    Cli shipped = Cli.run("map", "memtest-x86", "--format", "tsv");
    assertEquals(withoutKind(shipped), withoutKind(raw));
  }

  @Test
  @DisplayName("page tables outside the dump are told")
  void missingTables() throws Exception {
    Path file = folder.resolve("ram.bin");
    Files.write(file, new byte[0x2000]);
    Cli cli = Cli.run("map", "--raw", file.toString(), "--cr3", "0x5000", "--mode", "4-level");
    assertTrue(cli.err().contains("page table not in this dump: level 4, gpa 0x5000"), cli.err());
  }
}
