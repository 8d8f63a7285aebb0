package org.pagestamp.guest;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Set;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.stage2.EptBits;
import org.pagestamp.stage2.Stage2Format;
import org.pagestamp.stage2.Stage2Level;

/** Writes tables of stage 2 that allow everything, with A and D clear. */
final class Stage2Builder {
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Stage2Format format;
  private final MemorySegment memory;
  private final Frames free;
  private final Set<Long> tables;
  private final long root;

  /**
   * Tables with nothing mapped.
   *
   * @param memory of the slot at 0
   * @param tables gets the frame numbers of tables
   */
  Stage2Builder(Stage2Format format, MemorySegment memory, Frames free, Set<Long> tables) {
    this.format = format;
    this.memory = memory;
    this.free = free;
    this.tables = tables;
    root = table();
  }

  /** Where the root table is. */
  long root() {
    return root;
  }

  /** Maps a page of a level's size. */
  void map(long gpa, long frame, int leafLevel) {
    long table = root;
    for (int number = format.topLevel(); number > leafLevel; number--) {
      Stage2Level level = format.level(number);
      long at = table + (long) level.index(gpa) * format.entryBytes();
      long entry = read(at);
      if (entry == 0) {
        entry = table() | rights(level);
        write(at, entry);
      }
      table = entry & format.tableMask();
    }
    Stage2Level level = format.level(leafLevel);
    long pageSize = leafLevel == 1 ? 0 : EntryBits.PS;
    long type = format.ept() ? EptBits.WRITE_BACK : 0;
    write(
        table + (long) level.index(gpa) * format.entryBytes(),
        frame | rights(level) | pageSize | type);
  }

  private long rights(Stage2Level level) {
    if (format.ept()) {
      return EptBits.R | EptBits.W | EptBits.X;
    }
    return level.counted() == 0 ? EntryBits.P : EntryBits.P | EntryBits.W | EntryBits.U;
  }

  private long table() {
    long table = free.next();
    tables.add(table >>> MemSlot.PAGE_SHIFT);
    return table;
  }

  private long read(long at) {
    return format.entryBytes() == Long.BYTES
        ? memory.get(LONG, at)
        : Integer.toUnsignedLong(memory.get(INT, at));
  }

  private void write(long at, long entry) {
    if (format.entryBytes() == Long.BYTES) {
      memory.set(LONG, at, entry);
    } else {
      memory.set(INT, at, (int) entry);
    }
  }
}
