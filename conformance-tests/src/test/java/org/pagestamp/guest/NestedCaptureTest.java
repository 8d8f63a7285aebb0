package org.pagestamp.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedTrace;
import org.pagestamp.walk.Access;

/** Capture folders whose guest is nested: gpa 0 to 0x1fffff is at 0x200000 of the host. */
class NestedCaptureTest {
  private static final String REGS =
      "{'cr0':'0x80010033','cr3':'0x1000','cr4':'CR4','efer':'EFER','maxphyaddr':40,"
          + "'stage2':STAGE2}";
  private static final String EPT = "{'eptp':'0x105e','options':['two-meg-pages']}";

  @TempDir private Path folder;

  @BeforeEach
  void writeGoodCapture() throws IOException {
    regs("0x20", "0xd00", EPT);
    text("slots.json", "[{'base':'0x0','size':'0x400000','kind':'ram'}]");
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("tables-rle.txt.gz")))) {
      String tables =
          """
          @1000
          0 1 2007 0
          @2000
          0 1 3007 0
          @3000
          0 1 2000b7 0
          @201000
          0 1 2003 0
          @202000
          0 1 3003 0
          @203000
          0 1 83 0
          1 1 4003 0
          """;
      out.write(tables.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private void text(String file, String text) throws IOException {
    Files.writeString(folder.resolve(file), text.replace('\'', '"'));
  }

  private void regs(String cr4, String efer, String stage2) throws IOException {
    text("regs.json", REGS.replace("CR4", cr4).replace("EFER", efer).replace("STAGE2", stage2));
  }

  private Guest open() throws GuestFormatException {
    return Guests.open(folder.toString(), CpuOptions.NONE);
  }

  private static NestedTrace explain(Guest guest, long gva) throws GuestFormatException {
    Nesting nesting = guest.nesting().orElseThrow();
    NestedRole role = NestedRole.processor(guest.role(), nesting.role());
    return new InterpretedNestedWalker(role, guest.layout())
        .explain(nesting.state(guest, role), gva, Access.READ);
  }

  @Test
  @DisplayName("regs.json tells of stage 2: a walk goes through both dimensions")
  void walks() throws GuestFormatException {
    try (Guest guest = open()) {
      assertEquals(
          "ept4 accessed_dirty two_meg_pages maxphyaddr=40",
          guest.nesting().orElseThrow().role().toString());
      NestedTrace trace = explain(guest, 0x5000);
      assertEquals(0x205000, NestedResult.pageGpa(trace.result()));
      assertEquals(15, trace.loads());
    }
  }

  @Test
  @DisplayName("PDPTEs of PAE paging are read behind stage 2")
  void pdptes() throws Exception {
    regs("0x20", "0x800", EPT);
    try (Guest guest = open()) {
      Nesting nesting = guest.nesting().orElseThrow();
      NestedRole role = NestedRole.processor(guest.role(), nesting.role());
      GuestFormatException e =
          assertThrows(GuestFormatException.class, () -> nesting.state(guest, role));
      assertTrue(e.getMessage().contains("PDPTE 0 at gpa 0x201000 is 0x2003"), e.getMessage());
    }
    regs("0x20", "0x800", "{'ncr3':'0x1000','mode':'4-level'}");
    try (Guest guest = open()) {
      Nesting nesting = guest.nesting().orElseThrow();
      NestedRole role = NestedRole.processor(guest.role(), nesting.role());
      assertEquals(0, nesting.state(guest, role).guest().pdpte(0)); // NPT reads them in each walk
    }
  }

  @Test
  @DisplayName("a table of either dimension that the capture lacks is told")
  void missingTables() throws Exception {
    try (Guest guest = open()) {
      assertEquals(
          new MissingTable(1, 0x204000, 0x200000),
          MissingTable.behind(guest, explain(guest, 0x200000)).orElseThrow());
      assertTrue(MissingTable.behind(guest, explain(guest, 0x400000)).isEmpty());
    }
    regs("0x20", "0xd00", "{'eptp':'0x3ff05e'}");
    try (Guest guest = open()) {
      assertEquals(
          new MissingTable(4, 0x3ff000, 0x5000),
          MissingTable.behind(guest, explain(guest, 0x5000)).orElseThrow());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|either 'eptp' or 'ncr3' is expected",
        "{'eptp':1,'ncr3':1}|either 'eptp' or 'ncr3' is expected",
        "{'eptp':'0x1'}|EPTP 0x1 has memory type 1",
        "{'eptp':'0x101e','options':['foo']}|EPT has no option 'foo': there are execute-only,",
        "{'eptp':'0x101e','maxphyaddr':60}|MAXPHYADDR 60 is outside",
        "{'ncr3':'0x1000'}|mode '' is none of 2-level, pae, 4-level, 5-level",
        "{'ncr3':'0x1000','mode':'none'}|mode 'none' is none of",
        "{'ncr3':'0x1000','mode':'pae','options':['pse']}|PSE has no effect in pae paging"
      })
  @DisplayName("a stage 2 that is none is refused")
  void refused(String stage2, String message) throws Exception {
    regs("0x20", "0xd00", stage2);
    GuestFormatException e = assertThrows(GuestFormatException.class, this::open);
    assertTrue(e.getMessage().contains("stage2") || e.getMessage().contains("stage 2"));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
