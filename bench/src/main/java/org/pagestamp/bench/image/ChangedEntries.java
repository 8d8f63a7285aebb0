package org.pagestamp.bench.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.stream.LongStream;

/** The 8-byte entries to which walks store accessed and dirty bits, as they were before. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ChangedEntries(MemorySegment memory, long[] gpas, long[] values) {
  static final ValueLayout.OfLong ENTRY = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  long[] current() {
    return LongStream.of(gpas).map(gpa -> memory.get(ENTRY, gpa)).toArray();
  }

  void restore() {
    for (int i = 0; i < gpas.length; i++) {
      memory.set(ENTRY, gpas[i], values[i]);
    }
  }
}
