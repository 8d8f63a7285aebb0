package org.pagestamp.guest;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The parts of an ELF core file that matter here, of either class; every offset is checked.
 *
 * @param machine {@code e_machine}
 * @param loads the PT_LOAD segments with bytes in the file, in the file's order
 * @param qemuNotes offsets of the descriptors of QEMU's notes, one for each virtual CPU
 */
record ElfFile(int machine, List<Load> loads, List<Long> qemuNotes) {
  static final int EM_386 = 3;
  static final int EM_X86_64 = 62;

  /** Bytes of QEMU's note, version 1. */
  static final int QEMU_NOTE_BYTES = 440;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int ET_CORE = 4;
  private static final int PN_XNUM = 0xFFFF;
  private static final int PT_LOAD = 1;
  private static final int PT_NOTE = 4;

  /** Sizes of name and descriptor, and the type; name and descriptor are padded to 4 bytes. */
  private static final int NOTE_HEADER = 12;

  /** Bounds the time that many headers for the same notes could take. */
  private static final long MAX_NOTE_BYTES = 64L << 20;

  /**
   * Guest memory in the file.
   *
   * @param header offset of its program header
   * @param offset of its first byte in the file
   */
  record Load(long header, long gpa, long offset, long size) {
    long end() {
      return gpa + size;
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "PT_LOAD [0x%x, 0x%x)", gpa, end());
    }
  }

  /** Reads a core. */
  static ElfFile parse(String file, MemorySegment bytes) throws GuestFormatException {
    return new Parser(file, bytes).parse();
  }

  private static final class Parser {
    private final String file;
    private final MemorySegment bytes;
    private final List<Load> loads = new ArrayList<>();
    private final List<Long> notes = new ArrayList<>();
    private long noteBytes;
    private boolean wide;

    Parser(String file, MemorySegment bytes) {
      this.file = file;
      this.bytes = bytes;
    }

    ElfFile parse() throws GuestFormatException {
      if (bytes.byteSize() < 4 || bytes.get(INT, 0) != 0x464C_457F) {
        throw error(0, "no ELF file; for a raw memory image give --raw with --cr3 and --mode");
      }
      int elfClass = u8(4);
      if (elfClass != 1 && elfClass != 2) {
        throw error(4, "ELF class " + elfClass + " is neither 1 (32 bits) nor 2 (64 bits)");
      }
      wide = elfClass == 2;
      if (u8(5) != 1) {
        throw error(5, "not little-endian");
      }
      if (u16(16) != ET_CORE) {
        throw error(16, "not a core file: e_type is " + u16(16) + ", not " + ET_CORE);
      }
      int machine = u16(18);
      if (machine != EM_386 && machine != EM_X86_64) {
        throw error(18, "not a core of an x86 guest: e_machine is " + machine);
      }
      programHeaders();
      if (notes.isEmpty()) {
        throw error(0, "no note of QEMU with registers; cores of dump-guest-memory have one");
      }
      return new ElfFile(machine, List.copyOf(loads), List.copyOf(notes));
    }

    private void programHeaders() throws GuestFormatException {
      long table = wide ? u64(32) : u32(28);
      int entryBytes = u16(wide ? 54 : 42);
      int count = u16(wide ? 56 : 44);
      if (entryBytes < (wide ? 56 : 32)) {
        throw error(wide ? 54 : 42, "program headers of " + entryBytes + " bytes are too small");
      }
      if (count == PN_XNUM) {
        throw error(wide ? 56 : 44, "more than 65534 program headers are not supported");
      }
      for (int i = 0; i < count; i++) {
        long header = table + (long) i * entryBytes;
        require(header, entryBytes, "program header " + i);
        switch ((int) u32(header)) {
          case PT_LOAD -> load(header);
          case PT_NOTE -> notes(header);
          default -> {}
        }
      }
    }

    private void load(long header) throws GuestFormatException {
      long offset = wide ? u64(header + 8) : u32(header + 4);
      long gpa = wide ? u64(header + 24) : u32(header + 12);
      long size = wide ? u64(header + 32) : u32(header + 16);
      if (size == 0) {
        return;
      }
      require(offset, size, "a PT_LOAD");
      if (gpa < 0 || gpa > (1L << 52) || ((gpa | size) & 0xFFF) != 0) {
        throw error(
            header, String.format("PT_LOAD of 0x%x bytes at gpa 0x%x: not whole pages", size, gpa));
      }
      loads.add(new Load(header, gpa, offset, size));
    }

    private void notes(long header) throws GuestFormatException {
      long at = wide ? u64(header + 8) : u32(header + 4);
      long size = wide ? u64(header + 32) : u32(header + 16);
      require(at, size, "the PT_NOTE");
      noteBytes += size;
      if (noteBytes > MAX_NOTE_BYTES) {
        throw error(header, "more than " + (MAX_NOTE_BYTES >> 20) + " MiB of notes");
      }
      long end = at + size;
      while (end - at >= NOTE_HEADER) {
        long nameBytes = u32(at);
        long descBytes = u32(at + 4);
        long name = at + NOTE_HEADER;
        long desc = name + padded(nameBytes);
        at = desc + padded(descBytes);
        if (at > end) {
          throw error(name - NOTE_HEADER, "a note ends beyond its PT_NOTE");
        }
        if (nameBytes == 5 && u32(name) == 0x554D_4551 && u8(name + 4) == 0) {
          qemuNote(desc, descBytes);
        }
      }
    }

    private void qemuNote(long desc, long size) throws GuestFormatException {
      if (size < QEMU_NOTE_BYTES || u32(desc) != 1) {
        throw error(
            desc,
            "QEMU's note of "
                + size
                + " bytes is not the 440 bytes of version 1: another format is not known");
      }
      notes.add(desc);
    }

    private static long padded(long size) {
      return (size + 3) & ~3L;
    }

    private void require(long offset, long size, String what) throws GuestFormatException {
      if (offset < 0 || size < 0 || size > bytes.byteSize() - offset) {
        throw GuestFormatException.atOffset(
            file,
            offset,
            String.format(
                "%s has 0x%x bytes here, but the file ends at 0x%x: truncated?",
                what, size, bytes.byteSize()));
      }
    }

    private int u8(long offset) throws GuestFormatException {
      require(offset, 1, "the ELF header");
      return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, offset));
    }

    private int u16(long offset) throws GuestFormatException {
      require(offset, Short.BYTES, "the ELF header");
      return Short.toUnsignedInt(bytes.get(SHORT, offset));
    }

    private long u32(long offset) throws GuestFormatException {
      require(offset, Integer.BYTES, "the ELF header");
      return Integer.toUnsignedLong(bytes.get(INT, offset));
    }

    private long u64(long offset) throws GuestFormatException {
      require(offset, Long.BYTES, "the ELF header");
      return bytes.get(LONG, offset);
    }

    private GuestFormatException error(long offset, String what) {
      return GuestFormatException.atOffset(file, offset, what);
    }
  }

  /** A number of 8 bytes. */
  static long longAt(MemorySegment bytes, long offset) {
    return bytes.get(LONG, offset);
  }
}
