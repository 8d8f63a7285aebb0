package org.pagestamp.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.debug.Mapping;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkTrace;
import org.pagestamp.walk.Walker;

/** ELF cores, whole and broken. */
class ElfCoreTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"linux64-4l-max", "linux64-5l-max", "linux32-pae-max", "linux32-2l-max"})
  @DisplayName("a core maps what the capture of the same guest maps, walked by either engine")
  void coreMapsTheSame(String name) throws Exception {
    Path file = folder.resolve("memory.elf");
    try (Guest capture = ShippedGuests.open(name)) {
      SyntheticCore.write(capture, file);
      CpuOptions known =
          new CpuOptions(
              OptionalLong.of(capture.registers().efer()), OptionalInt.of(40), true, false, 0);
      try (Guest core = Guests.open(file.toString(), known)) {
        assertEquals(capture.role(), core.role());
        assertEquals(List.of(), core.assumptions());
        assertEquals(mappings(capture), mappings(core));
        QemuListing listing = capture.listing().orElseThrow();
        Walker interpreted = new InterpretedWalker(core.role(), core.layout());
        Walker generated = new Stamper().stamp(core.role(), core.layout());
        assertEquals(List.of(), Agreement.check(core, listing, interpreted).first());
        assertEquals(List.of(), Agreement.check(core, listing, generated).first());
      }
    }
  }

  private static List<Mapping> mappings(Guest guest) throws GuestFormatException {
    List<Mapping> mappings = new ArrayList<>();
    int tables = Mappings.forEach(guest, mappings::add);
    assertTrue(tables > 0);
    return mappings;
  }

  @Test
  @DisplayName("EFER and MAXPHYADDR, which no core has, are assumed and the assumptions told")
  void assumptionsAreTold() throws Exception {
    Path file = folder.resolve("memory.elf");
    try (Guest capture = ShippedGuests.open("linux64-4l-max")) {
      SyntheticCore.write(capture, file);
    }
    try (Guest core = Guests.open(file.toString(), CpuOptions.NONE)) {
      assertEquals(0xd00, core.registers().efer());
      assertEquals(52, core.registers().maxPhyAddr());
      assertEquals(2, core.assumptions().size());
      assertTrue(core.assumptions().getFirst().startsWith("EFER is not in an ELF core"));
    }
  }

  @Test
  @DisplayName("regs.json and slots.json beside a core with the same CR3 complete it")
  void filesBesideTheCore() throws Exception {
    Path file = folder.resolve("memory.elf");
    try (Guest capture = ShippedGuests.open("linux64-4l-max")) {
      SyntheticCore.write(capture, file);
      for (String name : List.of("regs.json", "slots.json")) {
        try (var in = ShippedGuests.class.getResourceAsStream("shipped/linux64-4l-max/" + name)) {
          Files.write(folder.resolve(name), in.readAllBytes());
        }
      }
      try (Guest core = Guests.open(file.toString(), CpuOptions.NONE)) {
        assertEquals(capture.registers().efer(), core.registers().efer());
        assertEquals(capture.registers().maxPhyAddr(), core.registers().maxPhyAddr());
        assertEquals(SlotKind.MMIO, core.physicalMap().kindAt(0xfee00000L));
        assertTrue(core.layout().find(0xf0).isReadOnly());
      }
    }
  }

  @Test
  @DisplayName("a walk sets accessed and dirty bits in memory, never in the file")
  void fileStaysAsItIs() throws Exception {
    Path file = folder.resolve("memory.elf");
    try (Guest capture = ShippedGuests.open("memtest-x86")) {
      writeSmall(capture, file);
    }
    byte[] before = Files.readAllBytes(file);
    try (Guest core = Guests.open(file.toString(), CpuOptions.NONE)) {
      Walker walker = new InterpretedWalker(core.role(), core.layout());
      VcpuState vcpu = core.vcpu();
      long clean = walker.probe(vcpu, 0x200000, Access.READ);
      assertTrue(!WalkResult.isDirty(clean));
      assertTrue(!WalkResult.isFault(walker.walk(vcpu, 0x200000, Access.WRITE)));
      assertTrue(WalkResult.isDirty(walker.probe(vcpu, 0x200000, Access.READ)));
    }
    assertEquals(ByteBuffer.wrap(before), ByteBuffer.wrap(Files.readAllBytes(file)));
  }

  @Test
  @DisplayName("tables that the core lacks are told from addresses that are not mapped")
  void missingTable() throws Exception {
    Path file = folder.resolve("memory.elf");
    try (Guest capture = ShippedGuests.open("rom-bios-ad0-q10")) {
      SyntheticCore.write(capture, file); // the tables are in the ROM that it leaves out
    }
    try (Guest core = Guests.open(file.toString(), CpuOptions.NONE)) {
      List<MissingTable> missing = new ArrayList<>();
      int tables =
          Mappings.forEach(
              core,
              new Mappings.Consumer() {
                @Override
                public boolean mapping(Mapping mapping) {
                  throw new AssertionError("mapped: " + mapping);
                }

                @Override
                public void missingTable(MissingTable table) {
                  missing.add(table);
                }
              });
      assertEquals(0, tables);
      assertEquals(List.of(new MissingTable(4, 0xffff0000L, 0)), missing);
      WalkTrace trace =
          new InterpretedWalker(core.role(), core.layout())
              .explain(core.vcpu(), 0x1000, Access.READ);
      assertEquals(
          new MissingTable(4, 0xffff0000L, 0x1000), MissingTable.behind(core, trace).orElseThrow());
    }
  }

  /** Each row stores a value of some bytes at an offset of a good core. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          magic            | 0   | 1 | 0         | offset 0x0: no ELF file
          class            | 4   | 1 | 3         | offset 0x4: ELF class 3
          big-endian       | 5   | 1 | 2         | offset 0x5: not little-endian
          executable       | 16  | 2 | 2         | offset 0x10: not a core file
          machine          | 18  | 2 | 40        | offset 0x12: not a core of an x86 guest
          headers far off  | 32  | 8 | 2^62      | the file ends at
          headers negative | 32  | 8 | -8        | the file ends at
          header size      | 54  | 2 | 8         | program headers of 8 bytes
          no headers       | 56  | 2 | 0         | no note of QEMU
          many headers     | 56  | 2 | 65534     | the file ends at
          extended count   | 56  | 2 | 65535     | more than 65534 program headers
          note far off     | 72  | 8 | 2^62      | the file ends at
          note size        | 96  | 8 | 2^62      | the file ends at
          name size        | 176 | 4 | -1        | a note ends beyond its PT_NOTE
          note size small  | 208 | 4 | 100       | is not the 440 bytes of version 1
          note version     | 224 | 4 | 2         | is not the 440 bytes of version 1
          load far off     | 128 | 8 | 2^62      | the file ends at
          load unaligned   | 144 | 8 | 1         | not whole pages
          load negative    | 144 | 8 | -4096     | not whole pages
          load huge        | 152 | 8 | 2^62      | truncated?
          paging, no PAE   | 648 | 8 | 0         | EFER.LMA is set while CR4.PAE is clear
          """)
  @DisplayName("a broken core is refused by file and offset")
  void brokenCores(String what, int offset, int bytes, String value, String message)
      throws Exception {
    Path file = folder.resolve("broken.elf");
    try (Guest capture = ShippedGuests.open("memtest-x86")) {
      writeSmall(capture, file);
    }
    byte[] core = Files.readAllBytes(file);
    long number = value.equals("2^62") ? 1L << 62 : Long.parseLong(value);
    for (int i = 0; i < bytes; i++) {
      core[offset + i] = (byte) (number >>> (8 * i));
    }
    Files.write(file, core);
    assertRefused(file, message);
  }

  @Test
  @DisplayName("a core cut off anywhere is refused or opened, never more")
  void truncatedCores() throws Exception {
    Path file = folder.resolve("cut.elf");
    try (Guest capture = ShippedGuests.open("memtest-x86")) {
      writeSmall(capture, file);
    }
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < 1200; length += 7) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused(file, "broken");
    }
  }

  @Test
  @DisplayName("a core with random bytes anywhere in its headers is refused or opened, never more")
  void randomCores() throws Exception {
    Path file = folder.resolve("random.elf");
    try (Guest capture = ShippedGuests.open("memtest-x86")) {
      writeSmall(capture, file);
    }
    byte[] good = Files.readAllBytes(file);
    Random random = new Random(1);
    int opened = 0;
    for (int i = 0; i < 600; i++) {
      byte[] broken = good.clone();
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        broken[random.nextInt(680)] = (byte) (random.nextBoolean() ? random.nextInt() : -1);
      }
      Files.write(file, broken);
      try (Guest core = Guests.open(file.toString(), CpuOptions.NONE)) {
        int _ = Mappings.forEach(core, page -> true, 1 << 20);
        opened++;
      } catch (GuestFormatException e) {
        assertTrue(e.getMessage().contains("random.elf"), e.getMessage());
      }
    }
    assertTrue(opened > 50 && opened < 550, "opened " + opened);
  }

  private static void assertRefused(Path file, String message) {
    GuestFormatException e =
        assertThrows(
            GuestFormatException.class,
            () -> Guests.open(file.toString(), CpuOptions.NONE).close());
    assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
    assertTrue(message.equals("broken") || e.getMessage().contains(message), e.getMessage());
  }

  /** A core of the slot that holds memtest86+'s tables, cut to the pages that do. */
  private static void writeSmall(Guest guest, Path file) throws IOException {
    long base = 0x100000;
    int pages = 0x30;
    int start =
        SyntheticCore.FIRST_HEADER + 2 * SyntheticCore.HEADER_BYTES + SyntheticCore.NOTE_BYTES;
    MemSlot slot = guest.layout().find(base >>> 12);
    ByteBuffer head = SyntheticCore.head(guest, List.of(slot), start);
    head.putLong(SyntheticCore.FIRST_HEADER + SyntheticCore.HEADER_BYTES + 32, pages * 4096L);
    byte[] memory = new byte[pages * 4096];
    assertEquals(
        memory.length, new GuestMemory(guest.layout()).read(base, memory, 0, memory.length));
    Files.write(file, ByteBuffer.allocate(start + memory.length).put(head).put(memory).array());
  }
}
