package org.pagestamp.slot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * RAM at 0x1000 (2 pages), ROM at 0x3000 (1 page), RAM at 0x4000 (1 page), a hole, RAM at 0x6000;
 * all log dirty pages. Byte {@code gpa} of the memory holds {@code (gpa * 31) >> 4}.
 */
@ParameterizedClass(name = "accessor backing: {0}")
@ValueSource(booleans = {false, true})
class GuestMemoryTest {
  @Parameter boolean accessor;

  private final byte[] bytes = new byte[0x8000];
  private byte[] before;
  private SlotLayout layout;
  private GuestMemory memory;

  @BeforeEach
  void fillMemory() {
    for (int gpa = 0; gpa < bytes.length; gpa++) {
      bytes[gpa] = (byte) ((gpa * 31) >> 4);
    }
    before = bytes.clone();
    layout =
        SlotLayout.builder()
            .updateMode(UpdateMode.SINGLE_VCPU)
            .slot(0x1000, 0x2000, flags(), backing(0x1000))
            .slot(0x3000, 0x1000, flags(SlotFlag.READONLY), backing(0x3000))
            .slot(0x4000, 0x1000, flags(), backing(0x4000))
            .slot(0x6000, 0x1000, flags(), backing(0x6000))
            .build();
    memory = new GuestMemory(layout);
  }

  private static Set<SlotFlag> flags(SlotFlag... more) {
    Set<SlotFlag> flags = EnumSet.of(SlotFlag.LOG_DIRTY_PAGES);
    flags.addAll(Arrays.asList(more));
    return flags;
  }

  private Backing backing(long gpa) {
    return accessor
        ? Backing.of(new PlainAccessor(bytes))
        : Backing.of(MemorySegment.ofArray(bytes), gpa);
  }

  @ParameterizedTest(name = "{1} bytes at {0}: {2}")
  @CsvSource({
    "0x1000, 0x4000, 0x4000", // every page up to the hole, ROM included
    "0x2FFE, 4,      4", // RAM to ROM
    "0x3FFE, 4,      4", // ROM to RAM
    "0x3100, 16,     16", // inside ROM
    "0x4FFE, 4,      2", // into the hole
    "0x3F00, 0x2000, 0x1100", // over a page into the hole
    "0x5000, 4,      0", // in the hole
    "0x5FFE, 4,      0", // out of the hole: it begins in it
    "0x0FFF, 2,      0", // before the first slot
    "0x6FFF, 2,      1", // behind the last slot
    "0x1000, 0,      0",
  })
  void readsStopAtAHoleOnly(String gpa, String length, String read) {
    long start = Long.decode(gpa);
    byte[] to = new byte[Integer.decode(length)];
    int done = memory.read(start, to, 0, to.length);
    assertEquals(Integer.decode(read), done);
    assertArrayEquals(
        Arrays.copyOfRange(bytes, (int) start, (int) start + done), Arrays.copyOf(to, done));
    assertArrayEquals(new byte[to.length - done], Arrays.copyOfRange(to, done, to.length));
    assertEquals(List.of(), dirtyPages());
  }

  @ParameterizedTest(name = "{1} bytes at {0}: {2}, dirty: {3}")
  @CsvSource({
    "0x1000, 1,      1,      1",
    "0x1FFF, 2,      2,      1 2", // over a page boundary
    "0x1000, 0x2000, 0x2000, 1 2",
    "0x2FFE, 4,      2,      2", // up to the ROM
    "0x1F00, 0x2000, 0x1100, 1 2", // over a page up to the ROM
    "0x3000, 4,      0,      ''", // ROM
    "0x3FFE, 4,      0,      ''", // out of the ROM: it begins in it
    "0x4FFE, 4,      2,      4", // up to the hole
    "0x5000, 4,      0,      ''", // the hole
    "0x5FFE, 4,      0,      ''",
    "0x6FFF, 1,      1,      6",
    "0x1000, 0,      0,      ''",
  })
  void writesStopAtReadOnlySlotsAndHolesAndMarkExactlyTheirPages(
      String gpa, String length, String written, String dirty) {
    int start = Integer.decode(gpa);
    byte[] from = new byte[Integer.decode(length)];
    Arrays.fill(from, (byte) 0xE7);
    int done = memory.write(start, from, 0, from.length);
    assertEquals(Integer.decode(written), done);
    System.arraycopy(from, 0, before, start, done);
    assertArrayEquals(before, bytes);
    assertEquals(
        Arrays.stream(dirty.split(" ")).filter(page -> !page.isEmpty()).toList(), dirtyPages());
  }

  @Test
  void onlyTheGivenPartOfTheArrayTakesPart() {
    byte[] array = new byte[8];
    assertEquals(2, memory.read(0x1100, array, 3, 2));
    assertArrayEquals(new byte[] {0, 0, 0, bytes[0x1100], bytes[0x1101], 0, 0, 0}, array);

    assertEquals(2, memory.write(0x1200, new byte[] {1, 2, 3, 4}, 1, 2));
    assertArrayEquals(
        new byte[] {before[0x11FF], 2, 3, before[0x1202]},
        Arrays.copyOfRange(bytes, 0x11FF, 0x1203));
  }

  @Test
  void rangesOutsideTheArrayAreRefused() {
    assertThrows(IndexOutOfBoundsException.class, () -> memory.read(0x1000, new byte[4], 2, 3));
    assertThrows(IndexOutOfBoundsException.class, () -> memory.write(0x1000, new byte[4], -1, 1));
    assertArrayEquals(before, bytes);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, -4096, Long.MIN_VALUE, 1L << 52})
  void addressesBeyondGuestMemoryAreHoles(long gpa) {
    assertEquals(0, memory.read(gpa, new byte[16], 0, 16));
    assertEquals(0, memory.write(gpa, new byte[16], 0, 16));
  }

  @Test
  void aPageForReadingTellsWhetherItIsWritable() {
    assertEquals(
        Optional.of(new HostPage(layout.slots().get(0), 0x1000, true)), memory.pageForRead(2));
    assertEquals(Optional.of(new HostPage(layout.slots().get(1), 0, false)), memory.pageForRead(3));
    assertTrue(memory.pageForRead(5).isEmpty());
    assertTrue(memory.pageForRead(-1).isEmpty());
  }

  @Test
  void aPageForWritingIsInAWritableSlot() {
    assertEquals(memory.pageForRead(4), memory.pageForWrite(4));
    assertFalse(memory.pageForWrite(3).isPresent());
    assertFalse(memory.pageForWrite(5).isPresent());
    assertEquals(List.of(), dirtyPages());
  }

  private List<String> dirtyPages() {
    List<String> pages = new ArrayList<>();
    for (MemSlot slot : layout.slots()) {
      for (long page = 0; page < slot.pages(); page++) {
        if (slot.dirtyLog().isDirty(page)) {
          pages.add(Long.toString(slot.baseGfn() + page));
        }
      }
    }
    return pages;
  }
}
