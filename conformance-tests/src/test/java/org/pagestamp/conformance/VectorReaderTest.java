package org.pagestamp.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;

class VectorReaderTest {
  private static WalkVector parse(String line) throws IOException {
    try (VectorReader reader = VectorLines.reader(line)) {
      return assertInstanceOf(WalkVector.class, reader.next().orElseThrow());
    }
  }

  private static VectorFormatException refusal(String text) {
    return assertThrows(
        VectorFormatException.class,
        () -> {
          try (VectorReader reader = VectorLines.reader(text)) {
            while (reader.next().isPresent()) {}
          }
        });
  }

  @Test
  void everyPartOfALineArrives() throws IOException {
    WalkVector vector = parse(VectorLines.GOOD);
    assertEquals("made/by-hand/1", vector.name());
    assertEquals(PagingMode.FOUR_LEVEL, vector.role().mode());
    assertEquals(40, vector.role().maxPhyAddr());
    assertEquals(0x1000, vector.cr3());
    assertTrue(vector.globalPages());
    assertEquals(
        List.of(new VectorSlot(0, 0x10000, false), new VectorSlot(0x10000, 0x1000, true)),
        vector.slots());
    assertEquals(new VectorEntry(0x4008, 0x10067, 8), vector.memory().getLast());
    assertEquals(0x1234, vector.gva());
    assertEquals(Access.READ | Access.USER, vector.access());
    assertEquals(
        new Expectation.Translation(0x10234, 0x1000, true, true, true, false, true),
        vector.outcomes().getFirst().expect());
    assertEquals(
        new VectorEntry(0x1000, 0x2027, 8), vector.outcomes().getFirst().after().getFirst());
    assertEquals("made.jsonl, line 1", vector.origin().toString());
  }

  @Test
  void plainAndCompressedFilesReadAlike(@TempDir Path folder) throws IOException {
    Path plain = Files.writeString(folder.resolve("a.jsonl"), VectorLines.GOOD + "\n");
    Path compressed = Files.write(folder.resolve("b"), gzip(VectorLines.GOOD + "\n"));
    for (Path file : List.of(plain, compressed)) {
      try (VectorReader reader = VectorReader.open(file)) {
        assertEquals("made/by-hand/1", reader.next().orElseThrow().name());
        assertEquals(Optional.empty(), reader.next());
      }
    }
  }

  @Test
  void anEmptyFileHasNoVectors() throws IOException {
    try (VectorReader reader = VectorLines.reader("")) {
      assertEquals(Optional.empty(), reader.next());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ept4", "ept5", "nested-x86-64-ept4"})
  void secondStageModesAskForTheirRoot(String mode) throws IOException {
    String line = VectorLines.GOOD.replace("\"x86-64\"", "\"" + mode + "\"");
    try (VectorReader reader = VectorLines.reader(line)) {
      VectorFormatException refused = assertThrows(VectorFormatException.class, reader::next);
      assertTrue(refused.getMessage().contains("eptp"), refused.getMessage());
    }
  }

  @ParameterizedTest(name = "{2}: {0} -> {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"mode\":\"x86-64\"|\"mode\":\"x86-65\"|mode",
        "\"mode\":\"x86-64\"|\"mode\":\"x86-pae\"|mode",
        "\"mode\":\"x86-64\"|\"mode\":7|mode",
        "\"cr3\":\"0x1000\",|~~|cr3",
        "\"cr3\":\"0x1000\"|\"cr3\":4096|cr3",
        "\"cr3\":\"0x1000\"|\"cr3\":\"1000\"|cr3",
        "\"cr3\":\"0x1000\"|\"cr3\":\"0x\"|cr3",
        "\"cr3\":\"0x1000\"|\"cr3\":\"0x10g0\"|cr3",
        "\"cr3\":\"0x1000\"|\"cr3\":\"0x11112222333344445\"|cr3",
        "\"pkru\":\"0x0\"|\"pkru\":\"0x100000000\"|pkru",
        "\"pkru\":\"0x0\"|\"pkru\":\"0x0\",\"pkrx\":\"0x0\"|pkrx",
        "\"pkru\":\"0x0\"|\"pkru\":\"0x0\",\"pkrs\":8|pkrs",
        "\"maxphyaddr\":40|\"maxphyaddr\":40,\"amd\":1|amd",
        "\"maxphyaddr\":40|\"maxphyaddr\":53|maxphyaddr",
        "\"maxphyaddr\":40|\"maxphyaddr\":\"40\"|maxphyaddr",
        "\"cr4\":\"0xa0\"|\"cr4\":\"0x80\"|cr0, cr4, efer",
        "\"base\":\"0x10000\"|\"base\":\"0x10001\"|slots[1].base",
        "\"base\":\"0x10000\"|\"base\":\"0xf000\"|slots",
        "\"size\":\"0x1000\"|\"size\":\"0x0\"|slots[1].size",
        "\"size\":\"0x1000\"|\"size\":\"0x40000000\"|slots[1].size",
        "\"readonly\":true|\"readonly\":1|slots[1].readonly",
        "\"readonly\":true|\"readonly\":true,\"id\":1|slots[1].id",
        "[\"0x1000\",\"0x2007\",8]|[\"0x1000\",\"0x2007\"]|memory[0]",
        "[\"0x1000\",\"0x2007\",8]|[\"0x1000\",\"0x2007\",2]|memory[0]",
        "[\"0x1000\",\"0x2007\",8]|[\"0x1000\",\"0x2007\",4]|memory",
        "[\"0x1000\",\"0x2007\",8]|[\"0x1004\",\"0x2007\",8]|memory",
        "[\"0x1000\",\"0x2007\",8]|[\"0x2000\",\"0x2007\",8]|memory",
        "[\"0x1000\",\"0x2007\",8]|[\"0x11000\",\"0x2007\",8]|memory",
        "[\"0x1000\",\"0x2007\",8]|[\"0x1000\",\"2007\",8]|memory[0]",
        "[\"0x1000\",\"0x2027\",8]|[\"0x99000\",\"0x2027\",8]|after",
        "\"type\":\"read\"|\"type\":\"execute\"|access.type",
        "\"ac\":false,|~~|access.ac",
        "\"ac\":false|\"ac\":\"no\"|access.ac",
        "\"implicit\":false|\"implicit\":true|access.implicit",
        "\"implicit\":false|\"implicit\":false,\"lam\":false|access.lam",
        "\"gpa\":\"0x10234\"|\"fault\":\"page-fault\"|expect.error_code",
        "\"gpa\":\"0x10234\"|\"fault\":\"triple\"|expect.fault",
        "\"dirty\":true|\"dirty\":true,\"key\":0|expect.key",
        ",\"dirty\":true|~~|expect.dirty",
        "\"after\":|\"contested\":[\"x\"],\"after\":|accept",
        "\"after\":|\"accept\":[],\"after\":|accept",
        "\"after\":|\"contested\":[1],\"accept\":[],\"after\":|contested",
        "\"after\":|\"contested\":[\"x\"],\"accept\":[{\"expect\":{\"fault\":\"cr3-load\"}}],\"after\":|accept[0].after",
      })
  void aWrongFieldIsNamedWithFileAndLine(String part, String replacement, String field) {
    String line = VectorLines.GOOD.replace(part, replacement);
    VectorFormatException refusal = refusal(VectorLines.GOOD + "\n" + line + "\n");
    assertEquals(field, refusal.field(), refusal.getMessage());
    assertEquals(2, refusal.line());
    assertTrue(
        refusal.getMessage().startsWith("made.jsonl, line 2, field " + field + ": "),
        refusal.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{\"name\":\"a\",\"name\":\"b\"}",
        "{} {}",
        "no json",
        "{\"name\":\"a\"",
      })
  void aLineThatIsNoObjectIsRefused(String line) {
    VectorFormatException refusal =
        refusal(VectorLines.GOOD + "\n" + line + "\n" + VectorLines.GOOD);
    assertEquals(2, refusal.line(), refusal.getMessage());
  }

  @Test
  void aTruncatedCompressedFileIsRefused() throws IOException {
    byte[] whole = gzip((VectorLines.GOOD + "\n").repeat(3));
    try (VectorReader reader = VectorLines.reader(Arrays.copyOf(whole, whole.length - 9))) {
      VectorFormatException refusal =
          assertThrows(
              VectorFormatException.class,
              () -> {
                while (reader.next().isPresent()) {}
              });
      assertTrue(refusal.getMessage().contains("truncated"), refusal.getMessage());
    }
  }

  @Test
  void aFileWithNoMoreThanTheFirstBytesOfGzipIsRefused() {
    byte[] begin = {0x1F, (byte) 0x8B};
    VectorFormatException refusal =
        assertThrows(VectorFormatException.class, () -> VectorLines.reader(begin));
    assertTrue(refusal.getMessage().contains("begins like gzip"), refusal.getMessage());
  }

  @Test
  void aLineWithoutEndIsRefusedBeforeMemoryRunsOut() {
    VectorFormatException refusal = refusal(" ".repeat(2_000_000));
    assertTrue(refusal.getMessage().contains("longer than"), refusal.getMessage());
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() throws IOException {
    try (VectorReader reader = VectorLines.reader(new byte[] {'{', (byte) 0xFF, '}', '\n'})) {
      VectorFormatException refusal = assertThrows(VectorFormatException.class, reader::next);
      assertTrue(refusal.getMessage().contains("not UTF-8"), refusal.getMessage());
    }
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
