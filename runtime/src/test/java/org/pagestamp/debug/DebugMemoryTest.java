package org.pagestamp.debug;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.RegisterWrite;

/**
 * 4-level paging. From gva 0x10000 on: RAM 0x5000, read-only for the guest and with A and D clear;
 * RAM 0x6000 of a protection key that forbids all; ROM 0x8000; RAM 0x7000; 0x9000, which is in no
 * slot; a page that is not present; RAM 0x5000 with a reserved bit.
 */
class DebugMemoryTest {
  private static final long FIRST = 0x1_0000;
  private static final long KEY_1 = 1L << 59;
  private static final long RESERVED = 1L << 51;
  private static final int CR4 = 1 << 5 | 1 << 20 | 1 << 21 | 1 << 22; // PAE, SMEP, SMAP, PKE

  private final long[] words = new long[9 * 512];
  private Mmu mmu;
  private DebugMemory memory;

  @BeforeEach
  void makeGuest() {
    for (int i = 0x5000 / 8; i < words.length; i++) {
      words[i] = i * 0x0101_0101_0101_0101L;
    }
    words[0x1000 / 8] = 0x2007;
    words[0x2000 / 8] = 0x3007;
    words[0x3000 / 8] = 0x4007;
    long[] leaves = {0x5005, 0x6007 | KEY_1, 0x8007, 0x7007, 0x9007, 0, 0x5007 | RESERVED};
    System.arraycopy(leaves, 0, words, 0x4000 / 8 + 16, leaves.length);
    Backing rom = Backing.of(MemorySegment.ofArray(words), 0x8000);
    SlotLayout layout =
        SlotLayout.builder()
            .slot(0, 0x8000, EnumSet.of(SlotFlag.LOG_DIRTY_PAGES), Backing.of(words))
            .slot(0x8000, 0x1000, EnumSet.of(SlotFlag.READONLY), rom)
            .build();
    mmu = Mmu.builder().memory(layout).cpu(CpuFeatures.intel(46)).build();
    mmu.restore(0x8001_0001L, 0x1000, CR4, 0x500);
    RegisterWrite _ = mmu.pkru(-1);
    memory = new DebugMemory(mmu);
  }

  private byte[] bytes(long gpa, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (words[(int) (gpa + i) / 8] >>> (8 * ((gpa + i) & 7)));
    }
    return bytes;
  }

  @Test
  void aRangeOverPagesThatTheGuestMayNotTouchIsRead() {
    byte[] read = new byte[0x4000];
    assertEquals(0x3FFD, memory.read(FIRST + 3, read, 1, 0x3FFD));
    assertArrayEquals(bytes(0x5003, 0xFFD), Arrays.copyOfRange(read, 1, 0xFFE));
    assertArrayEquals(bytes(0x6000, 0x1000), Arrays.copyOfRange(read, 0xFFE, 0x1FFE));
    assertArrayEquals(bytes(0x8000, 0x1000), Arrays.copyOfRange(read, 0x1FFE, 0x2FFE));
    assertArrayEquals(bytes(0x7000, 0x1000), Arrays.copyOfRange(read, 0x2FFE, 0x3FFE));
  }

  @ParameterizedTest(name = "{1} bytes at {0}: {2}")
  @CsvSource({
    "0x13FFE, 8, 2", // into a page in no slot
    "0x14000, 8, 0", // in it
    "0x15000, 8, 0", // not present
    "0x16000, 8, 0", // a reserved bit
    "0x800000000000, 8, 0", // not canonical
    "0x13000, 0, 0",
  })
  void readsTellHowFarTheyCame(String gva, int length, int expected) {
    assertEquals(expected, memory.read(Long.decode(gva), new byte[16], 4, length));
  }

  @ParameterizedTest(name = "{1} bytes at {0}: {2}")
  @CsvSource({
    "0x10FFE, 8, 8", // RAM to RAM, over all rights
    "0x11FFE, 8, 2", // into ROM
    "0x12000, 8, 0", // in ROM
    "0x13FFE, 8, 2", // into a page in no slot
    "0x14000, 8, 0",
    "0x15000, 8, 0",
    "0x16000, 8, 0",
  })
  void writesTellHowFarTheyCame(String text, int length, int expected) {
    long gva = Long.decode(text);
    byte[] from = {9, 9, 1, 2, 3, 4, 5, 6, 7, 8};
    byte[] rom = bytes(0x8000, 0x1000);
    assertEquals(expected, memory.write(gva, from, 2, length));
    byte[] read = new byte[expected];
    assertEquals(expected, memory.read(gva, read, 0, expected));
    assertArrayEquals(Arrays.copyOfRange(from, 2, 2 + expected), read);
    assertArrayEquals(rom, bytes(0x8000, 0x1000));
  }

  @Test
  void writesMarkTheDirtyLogAndNoDirtyBit() {
    byte[] tables = bytes(0, 0x5000);
    assertEquals(2, memory.write(FIRST + 0xFFF, new byte[2], 0, 2));
    MemSlot ram = mmu.layout().slots().getFirst();
    assertArrayEquals(new long[] {1 << 5 | 1 << 6}, ram.dirtyLog().get());
    assertArrayEquals(tables, bytes(0, 0x5000));
  }

  @Test
  void readsChangeNothing() {
    long[] before = words.clone();
    assertEquals(0x4000, memory.read(FIRST, new byte[0x4000], 0, 0x4000));
    assertArrayEquals(before, words);
    assertEquals(0, mmu.layout().slots().getFirst().dirtyLog().count());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 13})
  void rangesOutsideTheArrayAreRefused(int offset) {
    byte[] array = new byte[16];
    assertThrows(IndexOutOfBoundsException.class, () -> memory.read(FIRST, array, offset, 4));
    assertThrows(IndexOutOfBoundsException.class, () -> memory.write(FIRST, array, offset, 4));
  }

  @Test
  void withoutPagingAndTheA20GateClosedAddressesWrap() {
    mmu.restore(1, 0, 0, 0);
    mmu.a20(false);
    byte[] read = new byte[8];
    assertEquals(8, memory.read(0x10_5000, read, 0, 8));
    assertArrayEquals(bytes(0x5000, 8), read);
  }
}
