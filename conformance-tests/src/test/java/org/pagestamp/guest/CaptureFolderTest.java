package org.pagestamp.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkTrace;

/** Capture folders, whole and broken. */
class CaptureFolderTest {
  private static final String LONG_MODE_REGS =
      "{'cr0':'0x80010033','cr3':'0x1000','cr4':'0x20','efer':'0xd00','maxphyaddr':40}";
  private static final String PAE_REGS =
      "{'cr0':'0x80010033','cr3':'0x1000','cr4':'0x20','efer':'0x800','maxphyaddr':40}";
  private static final String TWO_LEVEL_REGS =
      "{'cr0':'0x80010033','cr3':'0x1000','cr4':'0x10','efer':'0x0','maxphyaddr':40}";
  private static final String SLOTS =
      "[{'base':'0x0','size':'0x100000','kind':'ram'},"
          + "{'base':'0xfed00000','size':'0x400','kind':'mmio'},"
          + "{'base':'0xffff0000','size':'0x10000','kind':'rom'}]";

  @TempDir private Path folder;

  @BeforeEach
  void writeGoodCapture() throws IOException {
    json("regs.json", LONG_MODE_REGS);
    json("slots.json", SLOTS);
    tables("@1000", "0 1 2003 0", "@2000", "0 1 3003 0", "1 1 5003 0", "@3000", "0 2 83 200000");
  }

  private void json(String file, String text) throws IOException {
    Files.writeString(folder.resolve(file), text.replace('\'', '"'));
  }

  private void gzip(String file, String text) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve(file)))) {
      out.write(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private void tables(String... lines) throws IOException {
    gzip("tables-rle.txt.gz", String.join("\n", lines));
  }

  private Guest open() throws GuestFormatException {
    return Guests.open(folder.toString(), CpuOptions.NONE);
  }

  private static List<String> gvas(Guest guest) throws GuestFormatException {
    List<String> gvas = new ArrayList<>();
    int _ = Mappings.forEach(guest, page -> gvas.add(Long.toHexString(page.gva())));
    return gvas;
  }

  @Test
  @DisplayName("a page table that the capture lacks is told from addresses not mapped")
  void missingTable() throws GuestFormatException {
    try (Guest guest = open()) {
      assertEquals(List.of("0", "200000"), gvas(guest));
      InterpretedWalker walker = new InterpretedWalker(guest.role(), guest.layout());
      WalkTrace missing = walker.explain(guest.vcpu(), 0x4000_0000L, Access.READ);
      assertEquals(
          new MissingTable(2, 0x5000, 0x4000_0000L),
          MissingTable.behind(guest, missing).orElseThrow());
      WalkTrace unmapped = walker.explain(guest.vcpu(), 0x8000_0000L, Access.READ);
      assertTrue(WalkResult.isFault(unmapped.result()));
      assertTrue(MissingTable.behind(guest, unmapped).isEmpty());
    }
  }

  @Test
  @DisplayName("a table that maps itself once is enumerated to the depth of the mode")
  void selfMap() throws Exception {
    tables("@1000", "1ff 1 1003 0");
    try (Guest guest = open()) {
      assertEquals(List.of("fffffffffffff000"), gvas(guest));
    }
  }

  @Test
  @DisplayName("a table that maps itself in every entry ends in an error, not in an eternity")
  void hostileSelfMap() throws Exception {
    tables("@1000", "0 200 1003 0");
    try (Guest guest = open()) {
      GuestFormatException e =
          assertThrows(
              GuestFormatException.class, () -> Mappings.forEach(guest, page -> true, 1 << 20));
      assertTrue(e.getMessage().contains("map themselves"), e.getMessage());
    }
  }

  @Test
  @DisplayName("bit 5 of a PDPTE, which QEMU sets, is dropped")
  void lenientPdptes() throws Exception {
    json("regs.json", PAE_REGS);
    tables("@1000", "0 1 2021 0", "@2000", "0 1 83 0");
    try (Guest guest = open()) {
      assertEquals(0x2001, guest.vcpu().pdpte(0));
      assertEquals(List.of("0"), gvas(guest));
    }
  }

  @Test
  @DisplayName("EFER and MAXPHYADDR of the options go before the file's")
  void optionsOverride() throws GuestFormatException {
    CpuOptions options =
        new CpuOptions(
            java.util.OptionalLong.of(0x500), java.util.OptionalInt.of(36), false, true, 0);
    try (Guest guest = Guests.open(folder.toString(), options)) {
      assertEquals("4-level wp maxphyaddr=36 amd", guest.role().toString());
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          empty             | ``                                        | an object with registers
          no object         | [1]                                       | an object with registers
          not JSON          | {'cr0':                                   | regs.json: line 1:
          no CR3            | {'cr0':'0x1','maxphyaddr':40}                             | no field 'cr3'
          no number         | {'cr0':'x','cr3':1,'cr4':1,'efer':0,'maxphyaddr':40} | cr0: 'x' is no number
          MAXPHYADDR        | {'cr0':1,'cr3':1,'cr4':1,'efer':0,'maxphyaddr':64} | MAXPHYADDR 64 is outside
          MAXPHYADDR wraps  | {'cr0':1,'cr3':1,'cr4':1,'efer':0,'maxphyaddr':4294967336} | is outside
          impossible        | {'cr0':'0x80000001','cr3':1,'cr4':0,'efer':'0x500','maxphyaddr':40} | impossible registers
          CR3 too high      | {'cr0':'0x80000001','cr3':'0x10000000000','cr4':'0x20','efer':'0x500','maxphyaddr':40} | at or above MAXPHYADDR
          """)
  @DisplayName("broken regs.json")
  void brokenRegisters(String what, String text, String message) throws Exception {
    json("regs.json", text);
    assertRefused("regs.json", message);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          no array          | {}                                                     | an array of slots
          no base           | [{'size':1,'kind':'ram'}]                              | no field 'base'
          no kind           | [{'base':0,'size':4096}]                               | is not ram, rom or mmio
          empty slot        | [{'base':0,'size':0,'kind':'ram'}]                     | is empty
          wraps             | [{'base':'0xffffffffffffe000','size':'0x4000','kind':'ram'}] | wraps around
          overlap           | [{'base':0,'size':8192,'kind':'ram'},{'base':4096,'size':4096,'kind':'rom'}] | overlaps
          beyond 2^52       | [{'base':'0x10000000000000','size':4096,'kind':'ram'}] | ends beyond 2^52
          huge              | [{'base':0,'size':'0x10000000000000','kind':'ram'}]    | more than 4 TiB
          """)
  @DisplayName("broken slots.json")
  void brokenSlots(String what, String text, String message) throws Exception {
    json("slots.json", text);
    assertRefused("slots.json", message);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          run first         | 0 1 0 0                  | line 1: a run before the first page
          unaligned         | @1001                    | line 1: page address 0x1001 is no multiple
          in a hole         | @200000                  | line 1: page 0x200000 lies in no ram or rom
          in a device       | @fed00000                | lies in no ram or rom
          no address        | @                        | is no hexadecimal number
          huge address      | @10000000000000000       | is no hexadecimal number
          twice             | @1000;@1000              | line 2: page 0x1000 is there twice
          three fields      | @1000;0 1 2              | line 2: 4 fields expected, 3 found
          no number         | @1000;0 1 zz 0           | 'zz' is no hexadecimal number
          count 0           | @1000;0 0 1 0            | count 0x0 is outside 1..0x200
          count too large   | @1000;0 201 1 0          | count 0x201 is outside
          count negative    | @1000;0 -1 1 0           | is no hexadecimal number
          count huge        | @1000;0 ffffffffffffffff 1 0 | is outside
          first too large   | @1000;1ff 2 1 0          | entries 0x1ff+0x2 are beyond
          first huge        | @1000;ffffffffffffffff 1 1 0 | are beyond
          """)
  @DisplayName("broken tables-rle.txt.gz")
  void brokenTables(String what, String lines, String message) throws Exception {
    tables(lines.split(";"));
    assertRefused("tables-rle.txt.gz", message);
  }

  @Test
  @DisplayName("a 2-level entry of more than 32 bits is refused")
  void wideValueInNarrowTable() throws Exception {
    json("regs.json", TWO_LEVEL_REGS);
    tables("@1000", "0 1 100000083 0");
    assertRefused("tables-rle.txt.gz", "does not fit an entry of 4 bytes");
  }

  @Test
  @DisplayName("other reserved bits of a PDPTE are refused, as a CPU does")
  void reservedPdpte() throws Exception {
    json("regs.json", PAE_REGS);
    tables("@1000", "0 1 2003 0");
    assertRefused("regs.json", "PDPTE 0 at gpa 0x1000 is 0x2003: reserved bits 0x2");
  }

  @Test
  @DisplayName("gzip: not any, cut off, or inflating without end")
  void brokenGzip() throws Exception {
    Path file = folder.resolve("tables-rle.txt.gz");
    byte[] good = Files.readAllBytes(file);
    Files.writeString(file, "@1000\n");
    assertRefused("tables-rle.txt.gz", "not a gzip file");
    Files.write(file, java.util.Arrays.copyOf(good, good.length / 2));
    assertRefused("tables-rle.txt.gz", "cannot be read on");
    tables("#".repeat(70 << 20));
    assertRefused("tables-rle.txt.gz", "the line is longer than");
    tables("# comment\n".repeat(7 << 20));
    assertRefused("tables-rle.txt.gz", "more than 64 MiB");
  }

  @ParameterizedTest
  @CsvSource({"regs.json", "slots.json", "tables"})
  @DisplayName("random characters anywhere are refused or read, never more")
  void randomText(String what) throws Exception {
    String tables = "@1000\n0 1 2003 0\n@2000\n0 1 3003 0\n1 1 5003 0\n@3000\n0 2 83 200000\n";
    String good =
        what.equals("regs.json") ? LONG_MODE_REGS : what.equals("slots.json") ? SLOTS : tables;
    Random random = new Random(2);
    int opened = 0;
    for (int i = 0; i < 400; i++) {
      StringBuilder broken = new StringBuilder(good);
      for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
        String alphabet = "0123456789abcdefx@'{}[],:- \n\0";
        broken.setCharAt(
            random.nextInt(good.length()), alphabet.charAt(random.nextInt(alphabet.length())));
      }
      if (what.equals("tables")) {
        gzip("tables-rle.txt.gz", broken.toString());
      } else {
        json(what, broken.toString());
      }
      try (Guest guest = open()) {
        int _ = Mappings.forEach(guest, page -> true, 1 << 20);
        opened++;
      } catch (GuestFormatException e) {
        assertTrue(e.getMessage().contains(folder.getFileName().toString()), e.getMessage());
      }
    }
    assertTrue(opened > 10 && opened < 390, "opened " + opened);
  }

  @ParameterizedTest
  @CsvSource({"regs.json", "slots.json", "tables-rle.txt.gz"})
  @DisplayName("a missing file is named")
  void missingFile(String file) throws Exception {
    Files.delete(folder.resolve(file));
    assertRefused(file, "no such file");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          fields   | 0;0;---------;1000;1;0         | line 1: 7 fields expected, 6 found
          flags    | 0;0;UUUUUUUUU;1000;1;0;0       | are not of the form XGPDACTUW
          count    | 0;0;---------;1000;0;0;0       | count 0x0 is outside
          too many | 0;0;---------;1000;fffffff0;0;0 | is outside
          """)
  @DisplayName("broken expected-rle.tsv.gz")
  void brokenListing(String what, String line, String message) throws Exception {
    gzip("expected-rle.tsv.gz", line.replace(';', '\t'));
    try (Guest guest = open()) {
      GuestFormatException e = assertThrows(GuestFormatException.class, guest::listing);
      assertTrue(e.getMessage().contains("expected-rle.tsv.gz"), e.getMessage());
      assertTrue(e.getMessage().contains(message), e.getMessage());
    }
  }

  private void assertRefused(String file, String message) {
    GuestFormatException e = assertThrows(GuestFormatException.class, () -> open().close());
    assertTrue(e.getMessage().startsWith(folder.resolve(file).toString()), e.getMessage());
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
