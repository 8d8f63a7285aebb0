package org.pagestamp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pagestamp.guest.ShippedGuests;

class DemoCommandTest {
  @Test
  @DisplayName("a guest with tables in ROM: equal to QEMU's listing, and the ROM unchanged")
  void romGuest() {
    Cli cli = Cli.run("demo", "rom-bios-ad0-q10");
    assertEquals(0, cli.exitCode());
    assertTrue(cli.out().contains("mappings    2,559: 512 x 4K, 2,047 x 2M"), cli.out());
    assertTrue(
        cli.out()
            .contains("generated equal to QEMU's listing (2,559 pages, 1 info mem range(s), 1,010"),
        cli.out());
    assertTrue(cli.out().contains("15,354 reads, writes and fetches, 0 faults; ROM"), cli.out());
    assertTrue(cli.out().contains(" unchanged; leaves with A or D clear: 2,559"), cli.out());
    assertTrue(cli.out().contains("(indicative)"), cli.out());
    assertEquals(
        "OK: 1 guest(s), 2,559 mappings, both engines equal to QEMU's listing",
        cli.lines().getLast());
    assertEquals("", cli.err());
  }

  @Test
  @DisplayName("a guest that is not what QEMU listed ends with exit code 1 and the difference")
  void mismatch(@TempDir Path folder) throws IOException {
    for (String file :
        List.of("regs.json", "slots.json", "tables-rle.txt.gz", "expected-rle.tsv.gz")) {
      Files.write(folder.resolve(file), shipped(file));
    }
    Path tables = folder.resolve("tables-rle.txt.gz");
    String text;
    try (InputStream in = new GZIPInputStream(Files.newInputStream(tables))) {
      text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(tables))) {
      String moved = text.replace("1 1ff 2000e3 200000", "1 1ff 4000e3 200000");
      out.write(moved.getBytes(StandardCharsets.US_ASCII));
    }
    Cli cli = Cli.run("demo", "--no-speed", folder.toString());
    assertEquals(1, cli.exitCode());
    assertTrue(cli.out().contains("interpreted DIFFERS from QEMU's listing"), cli.out());
    assertTrue(
        cli.out().contains("gva 0x200000: leaf 0x4000e3 leads to gpa 0x400000, QEMU 0x200000"),
        cli.out());
    assertTrue(cli.lines().getLast().startsWith("DIFFERENT from QEMU's listing"), cli.out());
  }

  private static byte[] shipped(String file) throws IOException {
    String resource = "shipped/rom-bios-ad1-q10/" + file;
    try (InputStream in = ShippedGuests.class.getResourceAsStream(resource)) {
      return in.readAllBytes();
    }
  }
}
