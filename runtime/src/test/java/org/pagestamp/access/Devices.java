package org.pagestamp.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Devices that hold a byte for each address, take notes, and refuse what no device gets. Reads have
 * garbage above the value.
 */
final class Devices implements MmioHandler {
  private final byte[] bytes;
  private final List<String> notes = new ArrayList<>();

  Devices(byte[] bytes) {
    this.bytes = bytes;
  }

  /** All accesses since the last call, for example {@code write 2 at 0x44ffe: 0x1234}. */
  List<String> takeNotes() {
    List<String> taken = List.copyOf(notes);
    notes.clear();
    return taken;
  }

  @Override
  public long read(long gpa, int size) {
    check(gpa, size);
    notes.add(String.format(Locale.ROOT, "read %d at 0x%x", size, gpa));
    long value = size == 8 ? 0 : -1;
    for (int i = size - 1; i >= 0; i--) {
      value = (value << 8) | (bytes[(int) gpa + i] & 0xFF);
    }
    return value;
  }

  @Override
  public void write(long gpa, int size, long value) {
    check(gpa, size);
    notes.add(String.format(Locale.ROOT, "write %d at 0x%x: 0x%x", size, gpa, value));
    if (size < 8 && value >>> (8 * size) != 0) {
      throw new AssertionError(notes.getLast() + ": more than the bytes of the access");
    }
    for (int i = 0; i < size; i++) {
      bytes[(int) gpa + i] = (byte) (value >>> (8 * i));
    }
  }

  private static void check(long gpa, int size) {
    if (size < 1 || size > 8 || (gpa & 0xFFF) + size > 0x1000) {
      throw new AssertionError(size + " bytes at 0x" + Long.toHexString(gpa));
    }
  }
}
