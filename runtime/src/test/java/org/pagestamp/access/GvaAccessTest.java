package org.pagestamp.access;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.Translator;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;

class GvaAccessTest {
  private static final int WU = AccessGuest.W | AccessGuest.U;
  private static final long LAM_U48 = 1L << 62;

  private final AccessGuest guest = new AccessGuest(PagingMode.FOUR_LEVEL);

  @Test
  void aStoreAcrossPagesIsNotBegunWhereTheSecondPageFaults() {
    guest.map(0x1000, 0x10, WU).clearDirty();
    byte[] before = guest.memory();
    GvaAccess access = guest.access();
    assertFalse(access.write(0x1FFD, 8, -1, Access.USER));
    assertEquals(0x2000, access.faultAddress());
    assertEquals(6, WalkResult.errorCode(access.result()));
    assertArrayEquals(before, guest.memory());
    assertFalse(guest.isDirty(0x10));
  }

  @Test
  void theFirstPagesFaultComesFirst() {
    GvaAccess access = guest.access();
    assertFalse(access.read(0x1FFD, 8, Access.READ));
    assertEquals(0x1FFD, access.faultAddress());
  }

  @Test
  void anAccessIntoNonCanonicalAddressesIsNoPageFault() {
    guest.map(0x7FFF_FFFF_F000L, 0x10, WU);
    GvaAccess access = guest.access();
    assertTrue(access.read(0x7FFF_FFFF_FFFCL, 4, Access.USER));
    assertFalse(access.read(0x7FFF_FFFF_FFFDL, 4, Access.USER));
    assertFalse(WalkResult.isPageFault(access.result()));
    assertEquals(FaultReason.NON_CANONICAL, WalkResult.faultReason(access.result()));
  }

  @Test
  void aFaultAddressHasNoTag() {
    guest.map(0x1000, 0x10, WU);
    guest.restore(LAM_U48);
    GvaAccess access = guest.access();
    long tag = 0x5A5AL << 48;
    assertTrue(access.read(tag | 0x1FF8, 8, Access.USER));
    assertFalse(access.read(tag | 0x1FFC, 8, Access.USER));
    assertEquals(0x2000, access.faultAddress());
    assertFalse(access.read(tag | 0x3004, 8, Access.USER));
    assertEquals(0x3004, access.faultAddress());
  }

  @Test
  void aFetchIsTranslatedAsOne() {
    guest.map(0x1000, 0x10, AccessGuest.W);
    GvaAccess access = guest.access();
    assertTrue(access.read(0x1000, 8, Access.FETCH));
    assertFalse(access.read(0x1000, 8, Access.FETCH | Access.USER));
    assertEquals(5, WalkResult.errorCode(access.result()));
  }

  @Test
  void withoutPagingAddressesAreGpas() {
    AccessGuest real = new AccessGuest(PagingMode.NO_PAGING);
    GvaAccess access = real.access();
    assertTrue(access.write(0x4_7FFE, 4, 0x4433_2211, Access.READ));
    assertEquals(List.of("write 2 at 0x47ffe: 0x2211"), real.devices().takeNotes());
    assertTrue(access.read(0x4_8000, 2, Access.READ));
    assertEquals(0x4433, access.value());
  }

  @Test
  void theA20GateCountsForEachPage() {
    AccessGuest real = new AccessGuest(PagingMode.NO_PAGING);
    real.mmu().a20(false);
    GvaAccess access = new GvaAccess(real.mmu(), MmioHandler.NONE);
    assertTrue(access.write(0xF_FFFF, 2, 0xBBAA, Access.READ)); // the second byte wraps to 0
    assertTrue(access.read(0, 1, Access.READ));
    assertEquals(0xBB, access.value());
  }

  @Test
  void theResultTellsOfTheFirstPage() {
    guest.map(0x1000, 0x10, WU).map(0x2000, 0x11, AccessGuest.W);
    GvaAccess access = guest.access();
    assertTrue(access.read(0x1FFC, 8, Access.READ));
    assertEquals(0x1_0000, WalkResult.pageGpa(access.result()));
    assertTrue(WalkResult.isUser(access.result()));
  }

  @Test
  void outcomesThatThereAreNotCannotBeAskedFor() {
    guest.map(0x1000, 0x10, WU);
    GvaAccess access = guest.access();
    assertThrows(IllegalStateException.class, access::value);
    assertTrue(WalkResult.isFault(access.result()));
    assertTrue(access.read(0x1000, 4, Access.USER));
    var exception = assertThrows(IllegalStateException.class, access::faultAddress);
    assertTrue(exception.getMessage().contains("gpa 0x10000"), exception::getMessage);
    assertFalse(access.read(0x2000, 4, Access.USER));
    exception = assertThrows(IllegalStateException.class, access::value);
    assertTrue(exception.getMessage().contains("fault 0x4"), exception::getMessage);
    assertThrows(IllegalStateException.class, access::exchanged);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 9})
  void otherSizesAreRefused(int size) {
    GvaAccess access = guest.access();
    assertThrows(IllegalArgumentException.class, () -> access.read(0, size, 0));
    assertThrows(IllegalArgumentException.class, () -> access.write(0, size, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> access.compareAndExchange(0, size, 0, 0, 0));
  }

  @Test
  void impossibleAccessesAreRefused() {
    GvaAccess access = guest.access();
    assertThrows(IllegalArgumentException.class, () -> access.read(0, 1, 32));
    assertThrows(IllegalArgumentException.class, () -> access.write(0, 1, 0, Access.FETCH));
  }

  @Test
  void whatADeviceThrowsIsTheCallers() {
    guest.map(0x1000, AccessGuest.DEVICE, WU);
    IllegalStateException fault = new IllegalStateException("no such register");
    MmioHandler broken =
        new MmioHandler() {
          @Override
          public long read(long gpa, int size) {
            throw fault;
          }

          @Override
          public void write(long gpa, int size, long value) {
            throw fault;
          }
        };
    GvaAccess access = new GvaAccess(guest.mmu(), broken);
    var thrown =
        assertThrows(IllegalStateException.class, () -> access.read(0x1000, 4, Access.USER));
    assertEquals(fault, thrown);
  }

  // Slots that change

  @Test
  void aDeletedSlotBecomesADevice() {
    guest.map(0x1000, AccessGuest.MORE_RAM, WU);
    GvaAccess access = guest.access();
    assertTrue(access.write(0x1000, 4, 0x11, Access.USER));
    guest.slots().delete(2);
    assertTrue(access.write(0x1000, 4, 0x22, Access.USER));
    assertEquals(List.of("write 4 at 0x48000: 0x22"), guest.devices().takeNotes());
  }

  @Test
  void aSlotMadeReadOnlyTakesNoMoreStores() {
    guest.map(0x1000, AccessGuest.MORE_RAM, WU);
    GvaAccess access = guest.access();
    assertTrue(access.write(0x1000, 4, 0x11, Access.USER));
    guest.slots().readOnly(2, true);
    assertTrue(access.write(0x1000, 4, 0x22, Access.USER));
    assertTrue(access.read(0x1000, 4, Access.USER));
    assertEquals(0x11, access.value());
    assertEquals(List.of("write 4 at 0x48000: 0x22"), guest.devices().takeNotes());
  }

  @Test
  void slotsThatChangeAfterTheTranslationCountForTheNextAccess() {
    guest.map(0x1000, AccessGuest.MORE_RAM, WU);
    Translator late =
        (gva, kind) -> {
          long result = guest.mmu().translate(gva, kind);
          if (guest.slots().ids().contains(2)) {
            guest.slots().delete(2); // as another thread would
          }
          return result;
        };
    GvaAccess access = new GvaAccess(guest.mmu(), late, guest.devices());
    byte[] memory = guest.memory();
    assertTrue(access.write(0x1000, 1, 0x77, Access.USER));
    memory[AccessGuest.MORE_RAM * 0x1000] = 0x77;
    assertArrayEquals(memory, guest.memory());
    assertEquals(List.of(), guest.devices().takeNotes());
    assertTrue(access.read(0x1000, 1, Access.USER));
    assertEquals(List.of("read 1 at 0x48000"), guest.devices().takeNotes());
  }

  @Test
  void ofTwoPagesTheSlotsOfTheLaterTranslationCount() {
    guest.map(0x1000, AccessGuest.MORE_RAM, WU).map(0x2000, 0x10, WU);
    Translator late =
        (gva, kind) -> {
          long result = guest.mmu().translate(gva, kind);
          if (gva == 0x1FFC) {
            guest.slots().delete(2);
          }
          return result;
        };
    GvaAccess access = new GvaAccess(guest.mmu(), late, guest.devices());
    assertTrue(access.read(0x1FFC, 8, Access.USER));
    assertEquals(List.of("read 4 at 0x48ffc"), guest.devices().takeNotes());
  }

  @Test
  void aClosedArenaIsNamed() {
    Arena arena = Arena.ofShared();
    MemorySlots slots =
        MemorySlots.of(SlotLayout.builder().ram(0, Backing.of(arena.allocate(0x1000, 8))).build());
    GvaAccess access = new GvaAccess(Mmu.builder().memory(slots).build(), MmioHandler.NONE);
    assertTrue(access.write(0x100, 4, 1, Access.READ));
    arena.close();
    var exception =
        assertThrows(IllegalStateException.class, () -> access.write(0x100, 4, 1, Access.READ));
    assertTrue(exception.getMessage().contains("is closed"), exception::getMessage);
  }

  // Several virtual CPUs

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 8})
  void alignedAccessesAreNeverTorn(int size) throws InterruptedException {
    guest.map(0x1000, 0x10, WU);
    GvaAccess writer = guest.access();
    GvaAccess reader = new GvaAccess(copyOf(guest.mmu(), guest.slots()), guest.devices());
    long ones = -1L >>> (64 - 8 * size);
    assertTrue(writer.write(0x1010, size, 0, Access.USER));
    Thread other =
        new Thread(
            () -> {
              for (int i = 0; i < 200_000; i++) {
                boolean _ = reader.write(0x1010, size, i % 2 == 0 ? ones : 0, Access.USER);
              }
            });
    other.start();
    Set<Long> whole = Set.of(0L, ones);
    while (other.isAlive()) {
      assertTrue(writer.read(0x1010, size, Access.USER));
      assertTrue(whole.contains(writer.value()), () -> "0x" + Long.toHexString(writer.value()));
    }
    other.join();
  }

  @Test
  void lockedIncrementsOfTwoVirtualCpusAddUp() throws InterruptedException {
    guest.map(0x1000, 0x10, WU);
    GvaAccess one = guest.access();
    GvaAccess two = new GvaAccess(copyOf(guest.mmu(), guest.slots()), guest.devices());
    assertTrue(one.write(0x1010, 4, 0, Access.USER));
    Thread other = new Thread(() -> increment(two));
    other.start();
    increment(one);
    other.join();
    assertTrue(one.read(0x1010, 4, Access.USER));
    assertEquals(100_000, one.value());
  }

  private static void increment(GvaAccess access) {
    for (int i = 0; i < 50_000; i++) {
      do {
        boolean _ = access.read(0x1010, 4, Access.USER | Access.WRITE);
        long old = access.value();
        boolean _ = access.compareAndExchange(0x1010, 4, old, old + 1, Access.USER);
      } while (!access.exchanged());
    }
  }

  private static Mmu copyOf(Mmu mmu, MemorySlots slots) {
    Mmu copy = Mmu.builder().memory(slots).build();
    copy.restore(mmu.cr0(), mmu.cr3(), mmu.cr4(), mmu.efer());
    return copy;
  }
}
