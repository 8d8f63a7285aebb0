package org.pagestamp.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.Presence;
import org.pagestamp.slot.GuestMemory;

/** Writes the low memory of a 64-bit guest as an ELF core of one PT_LOAD, sparsely. */
final class CoreFile {
  private static final int NOTE = 64 + 2 * 56;
  private static final int MEMORY = NOTE + 20 + 440 + 5;

  private CoreFile() {}

  static void write(Guest guest, long bytes, Path file) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(MEMORY).order(ByteOrder.LITTLE_ENDIAN);
    head.putInt(0x464C_457F).put((byte) 2).put((byte) 1);
    head.putShort(16, (short) 4).putShort(18, (short) 62);
    head.putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 2);
    head.putInt(64, 4).putLong(64 + 8, NOTE).putLong(64 + 32, 460);
    head.putInt(120, 1).putLong(120 + 8, MEMORY).putLong(120 + 32, bytes);
    head.putInt(NOTE, 5).putInt(NOTE + 4, 440);
    head.put(NOTE + 12, "QEMU".getBytes(StandardCharsets.US_ASCII));
    int desc = NOTE + 20;
    head.putInt(desc, 1).putInt(desc + 4, 440);
    head.putLong(desc + 392, guest.registers().cr0());
    head.putLong(desc + 416, guest.registers().cr3());
    head.putLong(desc + 424, guest.registers().cr4());
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      int _ = channel.write(head.position(0), 0);
      int _ = channel.write(ByteBuffer.allocate(1), MEMORY + bytes - 1);
      GuestMemory memory = new GuestMemory(guest.layout());
      byte[] page = new byte[4096];
      for (long gpa = 0; gpa < bytes; gpa += page.length) {
        if (guest.presence(gpa) == Presence.HELD) {
          int _ = memory.read(gpa, page, 0, page.length);
          int _ = channel.write(ByteBuffer.wrap(page), MEMORY + gpa);
        }
      }
    }
  }
}
