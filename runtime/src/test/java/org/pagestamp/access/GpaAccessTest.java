package org.pagestamp.access;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Random;
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
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.mode.PagingMode;

class GpaAccessTest {
  private final AccessGuest guest = new AccessGuest(PagingMode.NO_PAGING);
  private final GpaAccess access = new GpaAccess(guest.slots()::layout, guest.devices());

  @Provide
  Arbitrary<Long> seeds() {
    return Arbitraries.randomValue(Random::nextLong);
  }

  @Property(
      tries = 50,
      seed = "5103",
      edgeCases = EdgeCasesMode.NONE,
      shrinking = ShrinkingMode.OFF)
  void everyAccessEqualsOneByteByByte(@ForAll("seeds") long seed) {
    AccessGuest fresh = new AccessGuest(PagingMode.NO_PAGING);
    GpaAccess tried = new GpaAccess(fresh.slots()::layout, fresh.devices());
    Bytes expected = new Bytes(fresh);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 400; i++) {
      step(random, fresh, tried, expected);
    }
    assertArrayEquals(expected.memory(), fresh.memory());
    assertArrayEquals(expected.devices(), fresh.deviceBytes());
  }

  private static void step(
      SplittableRandom random, AccessGuest guest, GpaAccess tried, Bytes expected) {
    int size = random.nextInt(1, 9);
    long boundary = random.nextInt(AccessGuest.ROM - 1, AccessGuest.PAGES) * 0x1000L;
    long gpa = boundary - 10 + random.nextInt(20 - size);
    if (random.nextInt(4) == 0) {
      gpa = boundary - 0x800 + random.nextInt(16);
    }
    long[] gpas = new long[size];
    for (int i = 0; i < size; i++) {
      gpas[i] = gpa + i;
    }
    if (gpas[size - 1] >= AccessGuest.PAGES * 0x1000L) {
      return;
    }
    long there = expected.load(gpas);
    long value = random.nextLong();
    guest.clearDirty();
    String text = size + " bytes at 0x" + Long.toHexString(gpa);
    boolean reads = false;
    switch (random.nextInt(4)) {
      case 0 -> {
        assertEquals(there, tried.read(gpa, size), text);
        reads = true;
      }
      case 1 -> {
        tried.write(gpa, size, value);
        expected.store(gpas, value);
      }
      case 2 -> {
        assertEquals(there, tried.compareAndExchange(gpa, size, there, value), text);
        expected.store(gpas, value);
      }
      default -> {
        assertEquals(there, tried.compareAndExchange(gpa, size, ~there, value), text);
        expected.store(gpas, there);
      }
    }
    for (int page = 0; page < AccessGuest.PAGES; page++) {
      boolean touched = page == gpa >>> 12 || page == gpas[size - 1] >>> 12;
      boolean dirty = !reads && touched && Bytes.isRam(page * 0x1000L);
      assertEquals(dirty, guest.isDirty(page), "page " + page + " after " + text);
    }
  }

  @Test
  void anAccessAcrossPagesReachesDevicesInParts() {
    access.write(0x4_7FFD, 8, 0x8877_6655_4433_2211L);
    assertEquals(List.of("write 3 at 0x47ffd: 0x332211"), guest.devices().takeNotes());
    assertEquals(0x88_7766_5544L, access.read(0x4_8000, 5));
    access.write(0x4_4FFF, 2, 0xABCD);
    assertEquals(
        List.of("write 1 at 0x44fff: 0xcd", "write 1 at 0x45000: 0xab"),
        guest.devices().takeNotes());
  }

  @Test
  void romIsReadAsMemoryAndWrittenAsDevice() {
    long before = access.read(0x4_0000, 4);
    assertEquals(List.of(), guest.devices().takeNotes());
    access.write(0x4_0000, 4, 0x1234);
    assertEquals(List.of("write 4 at 0x40000: 0x1234"), guest.devices().takeNotes());
    assertEquals(before, access.read(0x4_0000, 4));
  }

  @Test
  void withoutDevicesReadsGiveAllOnesAndWritesAreLost() {
    GpaAccess alone = new GpaAccess(guest.slots()::layout, MmioHandler.NONE);
    alone.write(0x4_4000, 4, 5);
    assertEquals(0xFFFF_FFFFL, alone.read(0x4_4000, 4));
    assertEquals(-1L, alone.read(-16L, 8));
  }

  @Test
  void changedSlotsCountFromTheNextAccessOn() {
    access.write(0x4_8000, 4, 0x1111);
    guest.slots().delete(2);
    access.write(0x4_8000, 4, 0x2222);
    assertEquals(List.of("write 4 at 0x48000: 0x2222"), guest.devices().takeNotes());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 9})
  void otherSizesAreRefused(int size) {
    assertThrows(IllegalArgumentException.class, () -> access.read(0, size));
    assertThrows(IllegalArgumentException.class, () -> access.write(0, size, 0));
    assertThrows(IllegalArgumentException.class, () -> access.compareAndExchange(0, size, 0, 0));
  }
}
