package org.pagestamp.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;

/** Translation through an Mmu in the modes that a guest enters one after the other. */
class MmuTest {
  private static final long PE = ControlBits.CR0_PE;
  private static final long PG = ControlBits.CR0_PG | PE;

  private final long[] ram = new long[0x8000 / Long.BYTES];
  private final MemorySlots slots = new MemorySlots();
  private Mmu mmu;

  @BeforeEach
  void build() {
    slots.create(0, 0, 0x8000, EnumSet.noneOf(SlotFlag.class), Backing.of(ram));
    mmu = Mmu.builder().memory(slots).build();
  }

  private void entry(long table, int index, long value) {
    ram[(int) (table / Long.BYTES) + index] = value;
  }

  /** Maps gva 0 to 0x7000 by a root at 0x1000, tables at 0x2000 to 0x4000. */
  private void mapInLongMode() {
    entry(0x1000, 0, 0x2007);
    entry(0x2000, 0, 0x3007);
    entry(0x3000, 0, 0x4007);
    entry(0x4000, 0, 0x7007);
  }

  private void enterLongMode() {
    assertEquals(RegisterWrite.DONE, mmu.cr4(ControlBits.CR4_PAE));
    assertEquals(RegisterWrite.DONE, mmu.efer(ControlBits.EFER_LME));
    assertEquals(RegisterWrite.DONE, mmu.cr3(0x1000));
    assertEquals(RegisterWrite.FLUSH_ALL, mmu.cr0(PG));
  }

  @Test
  void withoutPagingTheAddressIsThePhysicalOne() {
    long result = mmu.translate(0x5123, Access.WRITE);
    assertEquals(0x5123, WalkResult.gpa(result, 0x5123));
    assertEquals(PagingMode.NO_PAGING, mmu.role().mode());
  }

  @Test
  void inLongModeTheTablesAreWalked() {
    mapInLongMode();
    enterLongMode();
    assertEquals(0x7000, WalkResult.pageGpa(mmu.translate(0x10, Access.READ)));
    assertTrue((mmu.efer() & ControlBits.EFER_LMA) != 0);
  }

  @Test
  void clearedWpLetsTheSupervisorWrite() {
    mapInLongMode();
    entry(0x4000, 0, 0x7005);
    enterLongMode();
    assertFalse(WalkResult.isFault(mmu.translate(0, Access.WRITE)));
    assertEquals(RegisterWrite.RIGHTS_CHANGED, mmu.cr0(PG | ControlBits.CR0_WP));
    assertTrue(WalkResult.isFault(mmu.translate(0, Access.WRITE)));
  }

  @Test
  void aRefusedWriteChangesNothing() {
    enterLongMode();
    assertEquals(RegisterWrite.LONG_MODE_WITHOUT_PAE, mmu.cr4(0));
    assertEquals(ControlBits.CR4_PAE, mmu.cr4());
    assertEquals(RegisterWrite.CR3_RESERVED_BIT, mmu.cr3(1L << 60));
    assertEquals(0x1000, mmu.cr3());
  }

  @Test
  void aSlotThatGoesIsSeenByTheNextTranslation() {
    assertFalse(WalkResult.isInNoSlot(mmu.translate(0x5000, Access.READ)));
    slots.delete(0);
    assertTrue(WalkResult.isInNoSlot(mmu.translate(0x5000, Access.READ)));
    assertEquals(2, mmu.generation());
  }

  @Test
  void lassClosesTheOtherHalf() {
    enterLongMode();
    mmu.cr4(ControlBits.CR4_PAE | ControlBits.CR4_LASS);
    long result = mmu.translate(-4096, Access.USER);
    assertEquals(FaultReason.LASS_VIOLATION, WalkResult.faultReason(result));
    assertFalse(WalkResult.isPageFault(result));
  }
}
