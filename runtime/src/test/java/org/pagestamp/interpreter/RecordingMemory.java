package org.pagestamp.interpreter;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pagestamp.slot.MemoryAccessor;

/** Memory that records compare-and-sets and lets other writers come in just before one. */
final class RecordingMemory implements MemoryAccessor {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** One compare-and-set. */
  record Update(long gpa, long expected, long value, boolean done) {}

  private final MemorySegment memory;
  private final List<Update> updates = new ArrayList<>();
  private final List<Long> reads = new ArrayList<>();
  private final Map<Integer, Runnable> intruders = new HashMap<>();
  private Runnable always;
  private boolean inUse;

  RecordingMemory(MemorySegment memory) {
    this.memory = memory;
  }

  void use() {
    inUse = true;
  }

  boolean inUse() {
    return inUse;
  }

  /** Runs another vCPU's store just before the nth compare-and-set, counted from 1. */
  RecordingMemory beforeUpdate(int nth, Runnable store) {
    intruders.put(nth, store);
    return this;
  }

  /** Runs another vCPU's store before every compare-and-set. */
  RecordingMemory beforeEveryUpdate(Runnable store) {
    always = store;
    return this;
  }

  /** All compare-and-sets so far. */
  List<Update> updates() {
    return updates;
  }

  /** The addresses of all entries read so far. */
  List<Long> reads() {
    return reads;
  }

  private void intrude() {
    intruders.getOrDefault(updates.size() + 1, () -> {}).run();
    if (always != null) {
      always.run();
    }
  }

  @Override
  public byte getByte(long gpa) {
    return memory.get(ValueLayout.JAVA_BYTE, gpa);
  }

  @Override
  public int getInt(long gpa) {
    reads.add(gpa);
    return memory.get(INT, gpa);
  }

  @Override
  public long getLong(long gpa) {
    reads.add(gpa);
    return memory.get(LONG, gpa);
  }

  @Override
  public void putByte(long gpa, byte value) {
    throw new AssertionError("a walk stores entries only");
  }

  @Override
  public boolean compareAndSetInt(long gpa, int expected, int value) {
    intrude();
    boolean done = memory.get(INT, gpa) == expected;
    if (done) {
      memory.set(INT, gpa, value);
    }
    updates.add(
        new Update(gpa, Integer.toUnsignedLong(expected), Integer.toUnsignedLong(value), done));
    return done;
  }

  @Override
  public boolean compareAndSetLong(long gpa, long expected, long value) {
    intrude();
    boolean done = memory.get(LONG, gpa) == expected;
    if (done) {
      memory.set(LONG, gpa, value);
    }
    updates.add(new Update(gpa, expected, value, done));
    return done;
  }

  @Override
  public boolean isAtomic() {
    return true;
  }
}
