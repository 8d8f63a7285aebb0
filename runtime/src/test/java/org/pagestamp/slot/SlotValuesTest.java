package org.pagestamp.slot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link MemSlot#read}, {@link MemSlot#write}, {@link MemSlot#compareAndExchange}. */
class SlotValuesTest {
  private static final int BASE = 0x3000;
  private static final int SIZE = 0x2000;

  private static MemSlot slot(Backing backing, UpdateMode mode, SlotFlag... more) {
    Set<SlotFlag> flags = EnumSet.of(SlotFlag.LOG_DIRTY_PAGES);
    flags.addAll(List.of(more));
    return SlotLayout.builder()
        .updateMode(mode)
        .slot(BASE, SIZE, flags, backing)
        .build()
        .slots()
        .getFirst();
  }

  private static MemSlot slot(Shape shape) {
    return slot(shape.backing(BASE + SIZE, SIZE), shape.mode());
  }

  enum Kind {
    READ,
    WRITE,
    EXCHANGE,
    FAILING_EXCHANGE
  }

  record Step(Kind kind, int offset, int size, long value) {}

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.randomValue(Random::nextLong);
  }

  @Property(
      tries = 400,
      seed = "5102",
      edgeCases = EdgeCasesMode.NONE,
      shrinking = ShrinkingMode.OFF)
  void everyAccessEqualsOneByteByByte(@ForAll Shape shape, @ForAll("seeds") long seed) {
    MemSlot slot = slot(shape);
    byte[] expected = new byte[SIZE];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 60; i++) {
      run(randomStep(random), slot, expected);
    }
    byte[] contents = new byte[SIZE];
    for (int i = 0; i < SIZE; i++) {
      contents[i] = (byte) slot.read(BASE + i, 1);
    }
    assertArrayEquals(expected, contents);
  }

  /** A step at either end of the slot or in the middle, where two pages meet. */
  private static Step randomStep(SplittableRandom random) {
    int size = random.nextInt(1, 9);
    int near = random.nextInt(40);
    int offset =
        switch (random.nextInt(3)) {
          case 0 -> near;
          case 1 -> 0x1000 - 20 + near;
          default -> SIZE - size - near;
        };
    Kind[] kinds = Kind.values();
    return new Step(kinds[random.nextInt(kinds.length)], offset, size, random.nextLong());
  }

  private static void run(Step step, MemSlot slot, byte[] bytes) {
    long gpa = (long) BASE + step.offset();
    long there = value(bytes, step.offset(), step.size());
    long garbage = step.size() == 8 ? 0 : step.value() << (8 * step.size()); // above the value
    slot.dirtyLog().getAndClear();
    switch (step.kind()) {
      case READ -> assertEquals(there, slot.read(gpa, step.size()), step::toString);
      case WRITE -> {
        slot.write(gpa, step.size(), step.value());
        store(bytes, step);
      }
      case EXCHANGE -> {
        long found = slot.compareAndExchange(gpa, step.size(), there | garbage, step.value());
        assertEquals(there, found, step::toString);
        store(bytes, step);
      }
      case FAILING_EXCHANGE -> {
        long found = slot.compareAndExchange(gpa, step.size(), ~there, step.value());
        assertEquals(there, found, step::toString);
      }
    }
    int first = step.offset() >>> 12;
    int last = (step.offset() + step.size() - 1) >>> 12;
    for (long page = 0; page < 2; page++) {
      boolean touched = step.kind() != Kind.READ && first <= page && page <= last;
      assertEquals(touched, slot.dirtyLog().isDirty(page), () -> "dirty after " + step);
    }
  }

  private static long value(byte[] bytes, int offset, int size) {
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      value = (value << 8) | (bytes[offset + i] & 0xFF);
    }
    return value;
  }

  private static void store(byte[] bytes, Step step) {
    for (int i = 0; i < step.size(); i++) {
      bytes[step.offset() + i] = (byte) (step.value() >>> (8 * i));
    }
  }

  @ParameterizedTest(name = "{1} bytes at {0}")
  @CsvSource({
    "0x2FFF, 1",
    "0x2FFF, 2",
    "0x4FFF, 2",
    "0x4FF9, 8",
    "0x5000, 1",
    "0x0, 1",
    "-1, 2",
    "-8, 8"
  })
  void whatIsNotInTheSlotIsRefused(String text, int size) {
    long gpa = Long.decode(text);
    MemorySegment memory = MemorySegment.ofArray(new long[SIZE / 8 + 2]); // goes on behind it
    MemSlot slot = slot(Backing.of(memory, 8), UpdateMode.ATOMIC);
    assertThrows(IndexOutOfBoundsException.class, () -> slot.read(gpa, size));
    assertThrows(IndexOutOfBoundsException.class, () -> slot.write(gpa, size, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> slot.compareAndExchange(gpa, size, 0, 1));
    assertEquals(0, slot.dirtyLog().count());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 9, 16})
  void otherSizesAreRefused(int size) {
    MemSlot slot = slot(Shape.LONGS);
    assertThrows(IllegalArgumentException.class, () -> slot.read(BASE, size));
    assertThrows(IllegalArgumentException.class, () -> slot.write(BASE, size, 0));
    assertThrows(IllegalArgumentException.class, () -> slot.compareAndExchange(BASE, size, 0, 0));
  }

  @ParameterizedTest
  @EnumSource
  void aReadOnlySlotIsReadAndNeverWritten(Shape shape) {
    MemSlot slot = slot(shape.backing(BASE + SIZE, SIZE), shape.mode(), SlotFlag.READONLY);
    assertEquals(0, slot.read(BASE, 8));
    assertThrows(UnsupportedOperationException.class, () -> slot.write(BASE, 8, 1));
    assertThrows(UnsupportedOperationException.class, () -> slot.compareAndExchange(BASE, 8, 0, 1));
    assertEquals(0, slot.read(BASE, 8));
    assertEquals(0, slot.dirtyLog().count());
  }

  @Test
  void anAccessToAClosedArenaSaysSo() {
    Arena arena = Arena.ofShared();
    MemSlot slot = slot(Backing.of(arena.allocate(SIZE, 8)), UpdateMode.ATOMIC);
    arena.close();
    assertClosed(assertThrows(IllegalStateException.class, () -> slot.read(BASE, 4)));
    assertClosed(assertThrows(IllegalStateException.class, () -> slot.write(BASE, 3, 1)));
    assertClosed(
        assertThrows(IllegalStateException.class, () -> slot.compareAndExchange(BASE, 2, 0, 1)));
    assertEquals(0, slot.dirtyLog().count());
  }

  private static void assertClosed(IllegalStateException exception) {
    assertTrue(exception.getMessage().contains("is closed"), exception::getMessage);
  }

  /** Each thread adds to a counter of its own, all of them in the same 8 bytes. */
  @ParameterizedTest
  @CsvSource({
    "LONGS, 1",
    "LONGS, 2",
    "LONGS, 4",
    "NATIVE, 1",
    "NATIVE, 2",
    "NATIVE, 4",
    "ATOMIC_ACCESSOR, 1",
    "ATOMIC_ACCESSOR, 2",
    "ATOMIC_ACCESSOR, 4",
  })
  void exchangesNextToEachOtherLoseNothing(Shape shape, int size) throws InterruptedException {
    MemSlot slot = slot(shape);
    int rounds = 20_000;
    Thread other = new Thread(() -> count(slot, BASE + size, size, rounds));
    other.start();
    count(slot, BASE, size, rounds);
    other.join();
    long mask = -1L >>> (64 - 8 * size);
    assertEquals(rounds & mask, slot.read(BASE, size));
    assertEquals(rounds & mask, slot.read(BASE + size, size));
  }

  /** All threads add to one counter. */
  @ParameterizedTest
  @CsvSource({
    "LONGS, 1",
    "LONGS, 2",
    "LONGS, 4",
    "LONGS, 8",
    "NATIVE, 8",
    "ATOMIC_ACCESSOR, 1",
    "ATOMIC_ACCESSOR, 2",
    "ATOMIC_ACCESSOR, 4",
    "ATOMIC_ACCESSOR, 8",
  })
  void exchangesOfOneValueLoseNothing(Shape shape, int size) throws InterruptedException {
    MemSlot slot = slot(shape);
    int rounds = 20_000;
    Thread other = new Thread(() -> count(slot, BASE, size, rounds));
    other.start();
    count(slot, BASE, size, rounds);
    other.join();
    assertEquals(2L * rounds & (-1L >>> (64 - 8 * size)), slot.read(BASE, size));
  }

  private static void count(MemSlot slot, long gpa, int size, int rounds) {
    for (int i = 0; i < rounds; i++) {
      long old;
      do {
        old = slot.read(gpa, size);
      } while (slot.compareAndExchange(gpa, size, old, old + 1) != old);
    }
  }

  /** A writer next to exchanges: plain stores of an atomic accessor must not undo them. */
  @ParameterizedTest
  @CsvSource({"LONGS, 1", "NATIVE, 2", "ATOMIC_ACCESSOR, 1", "ATOMIC_ACCESSOR, 2"})
  void storesNextToExchangesLoseNothing(Shape shape, int size) throws InterruptedException {
    MemSlot slot = slot(shape);
    int rounds = 20_000;
    Thread other =
        new Thread(
            () -> {
              for (int i = 1; i <= rounds; i++) {
                slot.write(BASE + size, size, i);
              }
            });
    other.start();
    count(slot, BASE, size, rounds);
    other.join();
    long mask = -1L >>> (64 - 8 * size);
    assertEquals(rounds & mask, slot.read(BASE, size));
    assertEquals(rounds & mask, slot.read(BASE + size, size));
  }

  @Test
  void anAccessorThatOnlySaysItIsAtomicIsFoundOut() {
    MemoryAccessor boast =
        new MemoryAccessor() {
          @Override
          public byte getByte(long gpa) {
            return 0;
          }

          @Override
          public void putByte(long gpa, byte value) {}

          @Override
          public boolean isAtomic() {
            return true;
          }
        };
    MemSlot slot = slot(Backing.of(boast), UpdateMode.ATOMIC);
    UnsupportedOperationException exception =
        assertThrows(UnsupportedOperationException.class, () -> slot.write(BASE, 4, 1));
    assertTrue(
        exception.getMessage().endsWith("must override compareAndSetInt"), exception::getMessage);
    exception =
        assertThrows(
            UnsupportedOperationException.class, () -> slot.compareAndExchange(BASE, 8, 0, 1));
    assertTrue(
        exception.getMessage().endsWith("must override compareAndSetLong"), exception::getMessage);
  }

  @Test
  void whatIsAroundTheSlotInItsSegmentStays() {
    long[] words = new long[SIZE / 8 + 2];
    MemorySegment memory = MemorySegment.ofArray(words);
    MemSlot slot = slot(Backing.of(memory, 8), UpdateMode.ATOMIC);
    slot.write(BASE, 8, -1);
    slot.write(BASE + SIZE - 8, 8, -1);
    assertEquals(0, words[0]);
    assertEquals(-1, words[1]);
    assertEquals(-1, words[SIZE / 8]);
    assertEquals(0, words[SIZE / 8 + 1]);
  }
}
