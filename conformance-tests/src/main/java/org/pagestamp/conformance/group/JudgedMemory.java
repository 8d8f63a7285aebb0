package org.pagestamp.conformance.group;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.pagestamp.conformance.Machine;
import org.pagestamp.slot.MemSlot;

/** The memory of a machine, and what it must hold. */
final class JudgedMemory {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final long[] ZEROS = new long[512];

  private final Machine machine;
  private final MemorySegment pool;
  private final ExpectedMemory expected;
  private final boolean wide;

  JudgedMemory(Machine machine, ExpectedMemory expected, int entryBytes) {
    this.machine = machine;
    this.pool = machine.memory();
    this.expected = expected;
    this.wide = entryBytes == Long.BYTES;
  }

  /** The entry that the machine has at {@code gpa}. */
  long load(int slot, long gpa) {
    long offset = expected.poolOffset(slot, gpa);
    return wide ? pool.get(LONG, offset) : Integer.toUnsignedLong(pool.get(INT, offset));
  }

  /** Changes the entry that the machine has at {@code gpa}. */
  void store(int slot, long gpa, long value) {
    long offset = expected.poolOffset(slot, gpa);
    if (wide) {
      pool.set(LONG, offset, value);
    } else {
      pool.set(INT, offset, (int) value);
    }
  }

  /** Tells, a sentence each, where the machine's memory is not as it must be, and makes it so. */
  List<String> repair() {
    List<String> problems = new ArrayList<>();
    for (int number = 0; number < expected.pageCount(); number++) {
      long[] page = expected.page(number);
      if (isRight(number, page == null ? ZEROS : page)) {
        continue;
      }
      for (int word = 0; word < 512; word++) {
        long offset = ((long) number << MemSlot.PAGE_SHIFT) + 8L * word;
        long right = page == null ? 0 : page[word];
        long now = pool.get(LONG, offset);
        if (now != right) {
          pool.set(LONG, offset, right);
          problems.add(
              String.format(
                  Locale.ROOT,
                  "afterwards the 8 bytes at 0x%x are 0x%x instead of 0x%x",
                  gpa(offset),
                  now,
                  right));
        }
      }
    }
    return problems;
  }

  /** Quick, and on a machine of the other byte order merely in vain. */
  private boolean isRight(int number, long[] page) {
    long offset = (long) number << MemSlot.PAGE_SHIFT;
    MemorySegment right = MemorySegment.ofArray(page);
    return MemorySegment.mismatch(
            pool, offset, offset + MemSlot.PAGE_SIZE, right, 0, MemSlot.PAGE_SIZE)
        < 0;
  }

  private long gpa(long poolOffset) {
    long offset = poolOffset;
    for (MemSlot slot : machine.layout().slots()) {
      if (offset < slot.byteSize()) {
        return slot.baseGpa() + offset;
      }
      offset -= slot.byteSize();
    }
    throw new IndexOutOfBoundsException(poolOffset);
  }
}
