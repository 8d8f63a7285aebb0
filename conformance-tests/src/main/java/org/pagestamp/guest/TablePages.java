package org.pagestamp.guest;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SegmentBacking;
import org.pagestamp.slot.SlotLayout;

/**
 * Reads {@code tables-rle.txt.gz} into memory slots. Text: {@code @gpa} begins a page of 4,096
 * bytes; each line {@code first count value step} below it gives entries {@code first} to {@code
 * first + count - 1} the values {@code value + i * step}; all else in the page is 0. All numbers
 * are hexadecimal.
 */
final class TablePages {
  static final String FILE = "tables-rle.txt.gz";

  /** Bounds the memory that a hostile file can fill, to 1 GiB. */
  private static final int MAX_PAGES = 1 << 18;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final TextLines lines;
  private final SlotLayout layout;
  private final boolean wide;
  private final Set<Long> gfns = new HashSet<>();
  private MemorySegment page;

  private TablePages(TextLines lines, SlotLayout layout, boolean wide) {
    this.lines = lines;
    this.layout = layout;
    this.wide = wide;
  }

  /**
   * Fills the slots.
   *
   * @param wide whether entries have 8 bytes, not 4
   * @return the guest frames of the pages in the file
   */
  static Set<Long> read(CaptureFiles files, SlotLayout layout, boolean wide)
      throws GuestFormatException {
    try (TextLines lines = files.lines(FILE)) {
      if (lines == null) {
        throw GuestFormatException.in(
            files.describe(FILE), "no such file; a capture folder needs it");
      }
      TablePages pages = new TablePages(lines, layout, wide);
      for (String line = lines.next(); line != null; line = lines.next()) {
        if (line.charAt(0) == '@') {
          pages.begin(line);
        } else {
          pages.run(line);
        }
      }
      return pages.gfns;
    }
  }

  private void begin(String line) throws GuestFormatException {
    long gpa = lines.hex(line.substring(1).trim(), "page address");
    MemSlot slot = layout.find(gpa >>> MemSlot.PAGE_SHIFT);
    if ((gpa & MemSlot.PAGE_SIZE - 1) != 0) {
      throw lines.error(String.format("page address 0x%x is no multiple of 0x1000", gpa));
    }
    if (slot == null) {
      throw lines.error(String.format("page 0x%x lies in no ram or rom slot", gpa));
    }
    if (!gfns.add(gpa >>> MemSlot.PAGE_SHIFT)) {
      throw lines.error(String.format("page 0x%x is there twice", gpa));
    }
    if (gfns.size() > MAX_PAGES) {
      throw lines.error("more than " + MAX_PAGES + " pages");
    }
    SegmentBacking backing = (SegmentBacking) slot.backing();
    page = backing.segment().asSlice(backing.offset() + gpa - slot.baseGpa(), MemSlot.PAGE_SIZE);
  }

  private void run(String line) throws GuestFormatException {
    if (page == null) {
      throw lines.error("a run before the first page ('@gpa')");
    }
    String[] fields = lines.fields(line, " ", 4);
    int entries = (int) MemSlot.PAGE_SIZE / (wide ? Long.BYTES : Integer.BYTES);
    long first = lines.hex(fields[0], "first index");
    int count = lines.count(fields[1], "count", entries);
    if (first < 0 || first > entries - count) {
      throw lines.error(
          String.format("entries 0x%x+0x%x are beyond the table's 0x%x", first, count, entries));
    }
    long value = lines.hex(fields[2], "value");
    long step = lines.hex(fields[3], "step");
    if (!wide && value >>> Integer.SIZE != 0) {
      throw lines.error(String.format("value 0x%x does not fit an entry of 4 bytes", value));
    }
    for (int i = 0; i < count; i++) {
      if (wide) {
        page.set(LONG, (first + i) * Long.BYTES, value + i * step);
      } else {
        page.set(INT, (first + i) * Integer.BYTES, (int) (value + i * step));
      }
    }
  }
}
