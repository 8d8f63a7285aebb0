package org.pagestamp.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.Rule;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.WalkTrace;

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
  void aWalkAtOnceAnswersAsATranslationDoes() {
    mapInLongMode();
    enterLongMode();
    long translated = mmu.translate(0x10, Access.READ);
    assertEquals(translated, mmu.walkAtOnce(0x10, Access.READ));
    assertEquals(mmu.probe(-4096, Access.READ), mmu.walkAtOnce(-4096, Access.READ));
  }

  /** Checks that there is no walk at once until there was a translation. */
  private void assertNoneAtOnceBeforeATranslation() {
    assertEquals(0, mmu.walkAtOnce(0x10, Access.READ));
    assertEquals(mmu.translate(0x10, Access.READ), mmu.walkAtOnce(0x10, Access.READ));
  }

  @Test
  void whatChangesKeepsFromWalkingAtOnce() {
    mapInLongMode();
    enterLongMode();
    assertNoneAtOnceBeforeATranslation();
    mmu.cr0(PG | ControlBits.CR0_WP);
    assertNoneAtOnceBeforeATranslation();
    slots.create(1, 1 << 20, 0x1000, EnumSet.of(SlotFlag.READONLY), Backing.of(new long[512]));
    assertNoneAtOnceBeforeATranslation();
    mmu.detach();
    assertNoneAtOnceBeforeATranslation();
  }

  @Test
  void neitherLamNorAClosedA20GateIsWalkedAtOnce() {
    mapInLongMode();
    enterLongMode();
    mmu.a20(false);
    mmu.translate(0x10, Access.READ);
    assertEquals(0, mmu.walkAtOnce(0x10, Access.READ));
    mmu.a20(true);
    mmu.cr3(0x1000 | ControlBits.CR3_LAM_U57);
    mmu.translate(0x10, Access.READ);
    assertEquals(0, mmu.walkAtOnce(0x10, Access.READ));
  }

  @Test
  void lassClosesTheOtherHalf() {
    enterLongMode();
    mmu.cr4(ControlBits.CR4_PAE | ControlBits.CR4_LASS);
    long result = mmu.translate(-4096, Access.USER);
    assertEquals(FaultReason.LASS_VIOLATION, WalkResult.faultReason(result));
    assertFalse(WalkResult.isPageFault(result));
  }

  @Test
  void aTagIsMaskedBeforeTheWalk() {
    mapInLongMode();
    enterLongMode();
    long tagged = 0x5A00_0000_0000_0010L;
    assertEquals(
        FaultReason.NON_CANONICAL, WalkResult.faultReason(mmu.translate(tagged, Access.READ)));
    assertEquals(tagged, mmu.linearAddress(tagged, Access.READ));
    mmu.cr3(0x1000 | ControlBits.CR3_LAM_U57);
    assertEquals(0x7000, WalkResult.pageGpa(mmu.translate(tagged, Access.READ)));
    assertEquals(0x10, mmu.linearAddress(tagged, Access.READ));
    assertTrue(WalkResult.isFault(mmu.translate(tagged, Access.FETCH)));
  }

  @Test
  void aProbeAnswersAndStoresNothing() {
    mapInLongMode();
    enterLongMode();
    assertEquals(0x7000, WalkResult.pageGpa(mmu.probe(0, Access.WRITE)));
    assertEquals(0x7007, ram[0x4000 / Long.BYTES]);
    assertEquals(mmu.probe(0, Access.WRITE), mmu.translate(0, Access.WRITE));
    assertEquals(0x7067, ram[0x4000 / Long.BYTES]);
  }

  @Test
  void anExplanationTellsOfLass() {
    enterLongMode();
    mmu.cr4(ControlBits.CR4_PAE | ControlBits.CR4_LASS);
    WalkTrace trace = mmu.explain(-4096, Access.USER);
    assertEquals(Rule.LASS, trace.rule());
    assertEquals(mmu.translate(-4096, Access.USER), trace.result());
    assertEquals(Rule.NOT_PRESENT, mmu.explain(0, Access.USER).rule());
  }

  @Test
  void behindTheClosedA20GateBit20IsClear() {
    slots.create(1, 0x10_0000, 0x1000, EnumSet.of(SlotFlag.READONLY), Backing.of(new long[512]));
    assertTrue(WalkResult.isInReadOnlySlot(mmu.translate(0x10_0000, Access.READ)));
    mmu.a20(false);
    long wrapped = mmu.translate(0x10_0000, Access.READ);
    assertEquals(0, WalkResult.pageGpa(wrapped));
    assertFalse(WalkResult.isInReadOnlySlot(wrapped));
    assertTrue(WalkResult.isInNoSlot(mmu.translate(0x30_0000, Access.READ)));
    assertTrue(WalkResult.isInNoSlot(mmu.translate(0x5_0000, Access.READ)));
    slots.move(1, 0x5_0000);
    assertTrue(WalkResult.isInReadOnlySlot(mmu.translate(0x15_0000, Access.READ)));
    mmu.a20(true);
    assertTrue(WalkResult.isInNoSlot(mmu.translate(0x15_0000, Access.READ)));
  }

  @Test
  void walkersAreAskedForOnceForEachChange() {
    List<Role> asked = new ArrayList<>();
    Mmu counted =
        Mmu.builder()
            .memory(slots)
            .walkers(
                (role, layout) -> {
                  asked.add(role);
                  return new InterpretedWalker(role, layout);
                })
            .build();
    counted.cr4(ControlBits.CR4_PGE);
    counted.translate(0, Access.READ);
    counted.cr3(0x1000);
    counted.translate(0, Access.READ);
    assertEquals(List.of(PagingMode.NO_PAGING), asked.stream().map(Role::mode).toList());
    counted.cr0(PG);
    counted.cr0(PG | ControlBits.CR0_WP);
    counted.translate(0, Access.READ);
    assertEquals(2, asked.size());
    slots.readOnly(0, true);
    counted.translate(0, Access.READ);
    assertEquals(3, asked.size());
  }
}
