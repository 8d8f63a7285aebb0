package org.pagestamp.guest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.pagestamp.slot.GuestMemory;
import org.pagestamp.slot.MemSlot;

/**
 * Writes the RAM of a guest as the ELF core that QEMU's {@code dump-guest-memory} would write, and
 * sparsely, so that guests of many MiB take little room.
 */
public final class SyntheticCore {
  /** Where the only PT_NOTE's program header is in a 64-bit core. */
  static final int FIRST_HEADER = 64;

  static final int HEADER_BYTES = 56;

  /** A note of another kind goes before QEMU's, with a descriptor that needs padding. */
  private static final int OTHER_NOTE_BYTES = 12 + 8 + 8;

  static final int NOTE_BYTES = OTHER_NOTE_BYTES + 12 + 8 + ElfFile.QEMU_NOTE_BYTES;

  /** Odd on purpose: QEMU aligns memory in a core to nothing. */
  private static final int GAP = 3;

  private SyntheticCore() {}

  /** Writes the RAM and ROM of {@code guest}, but nothing of its flash above 3 GiB. */
  public static void write(Guest guest, Path file) throws IOException {
    List<MemSlot> slots =
        guest.layout().slots().stream().filter(slot -> slot.baseGpa() < 3L << 30).toList();
    long start = FIRST_HEADER + (1L + slots.size()) * HEADER_BYTES + NOTE_BYTES + GAP;
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      ByteBuffer head = head(guest, slots, start);
      long end = start + slots.stream().mapToLong(MemSlot::byteSize).sum();
      writeAt(channel, head, 0);
      writeAt(channel, ByteBuffer.allocate(1), end - 1);
      long offset = start;
      for (MemSlot slot : slots) {
        writePages(guest, slot, channel, offset);
        offset += slot.byteSize();
      }
    }
  }

  /** The ELF header, the program headers and the note of a core. */
  static ByteBuffer head(Guest guest, List<MemSlot> slots, long start) {
    ByteBuffer head = ByteBuffer.allocate((int) start).order(ByteOrder.LITTLE_ENDIAN);
    boolean longMode = guest.role().mode().isLongMode();
    head.putInt(0x464C_457F).put((byte) 2).put((byte) 1).put((byte) 1);
    head.putShort(16, (short) 4);
    head.putShort(18, (short) (longMode ? ElfFile.EM_X86_64 : ElfFile.EM_386));
    head.putLong(32, FIRST_HEADER);
    head.putShort(54, (short) HEADER_BYTES);
    head.putShort(56, (short) (1 + slots.size()));
    long note = FIRST_HEADER + (1L + slots.size()) * HEADER_BYTES;
    header(head, 0, 4, note, 0, NOTE_BYTES);
    long offset = start;
    for (int i = 0; i < slots.size(); i++) {
      header(head, i + 1, 1, offset, slots.get(i).baseGpa(), slots.get(i).byteSize());
      offset += slots.get(i).byteSize();
    }
    head.position((int) note);
    head.putInt(5).putInt(6).putInt(1).put("CORE\0".getBytes(StandardCharsets.US_ASCII));
    int desc = (int) note + OTHER_NOTE_BYTES + 20;
    head.position(desc - 20);
    head.putInt(5)
        .putInt(ElfFile.QEMU_NOTE_BYTES)
        .putInt(0)
        .put("QEMU\0".getBytes(StandardCharsets.US_ASCII));
    head.putInt(desc, 1).putInt(desc + 4, ElfFile.QEMU_NOTE_BYTES);
    head.putLong(desc + 392, guest.registers().cr0());
    head.putLong(desc + 416, guest.registers().cr3());
    head.putLong(desc + 424, guest.registers().cr4());
    return head.position(0);
  }

  private static void header(
      ByteBuffer head, int index, int type, long offset, long gpa, long size) {
    int at = FIRST_HEADER + index * HEADER_BYTES;
    head.putInt(at, type).putLong(at + 8, offset).putLong(at + 24, gpa).putLong(at + 32, size);
  }

  private static void writePages(Guest guest, MemSlot slot, FileChannel channel, long offset)
      throws IOException {
    GuestMemory memory = new GuestMemory(guest.layout());
    byte[] page = new byte[(int) MemSlot.PAGE_SIZE];
    for (long i = 0; i < slot.pages(); i++) {
      long gpa = slot.baseGpa() + i * MemSlot.PAGE_SIZE;
      if (guest.presence(gpa) == Presence.HELD) {
        int _ = memory.read(gpa, page, 0, page.length);
        writeAt(channel, ByteBuffer.wrap(page), offset + i * MemSlot.PAGE_SIZE);
      }
    }
  }

  private static void writeAt(FileChannel channel, ByteBuffer bytes, long offset)
      throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }
}
