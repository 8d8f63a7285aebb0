package org.pagestamp.tlb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pagestamp.tlb.TlbGuest.ALL;
import static org.pagestamp.tlb.TlbGuest.CR0;
import static org.pagestamp.tlb.TlbGuest.CR4;
import static org.pagestamp.tlb.TlbGuest.G;
import static org.pagestamp.tlb.TlbGuest.KEEP;
import static org.pagestamp.tlb.TlbGuest.LARGE;
import static org.pagestamp.tlb.TlbGuest.OTHER_ROOT;
import static org.pagestamp.tlb.TlbGuest.OTHER_TABLE;
import static org.pagestamp.tlb.TlbGuest.PAGE;
import static org.pagestamp.tlb.TlbGuest.PS;
import static org.pagestamp.tlb.TlbGuest.ROOT;
import static org.pagestamp.tlb.TlbGuest.assertLeadsTo;

import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/** What drops which translations, and what keeps them. */
class TlbFlushTest {
  private static final long GLOBAL = 0x6000;
  private static final long NOT_CANONICAL = 1L << 62;

  private final TlbGuest guest = new TlbGuest();

  /** Keeps {@link TlbGuest#PAGE} and the global page {@link #GLOBAL}. */
  private void fillBoth() {
    guest.map(GLOBAL, 0x12_0000 | ALL | G);
    guest.entry(OTHER_TABLE, TlbGuest.index(GLOBAL), 0x13_0000 | ALL | G);
    guest.fill(PAGE);
    guest.fill(GLOBAL);
  }

  // CR3

  @Test
  void loadingCr3DropsThePcidButNotGlobalPages() {
    fillBoth();
    guest.mmu.cr3(ROOT | 1);
    guest.walks(PAGE, Access.READ);
    guest.hits(GLOBAL, Access.READ);
  }

  @Test
  void loadingCr3WithTheNoFlushBitDropsNothing() {
    fillBoth();
    guest.mmu.cr3(ROOT | 1 | KEEP);
    guest.hits(PAGE, Access.READ);
  }

  @Test
  void eachPcidHasItsOwnPages() {
    fillBoth();
    guest.mmu.cr3(OTHER_ROOT | 2 | KEEP);
    assertLeadsTo(0x11_0000, guest.walks(PAGE, Access.READ));
    guest.mmu.cr3(ROOT | 1 | KEEP);
    assertLeadsTo(0x10_0000, guest.hits(PAGE, Access.READ));
    guest.mmu.cr3(OTHER_ROOT | 2 | KEEP);
    assertLeadsTo(0x11_0000, guest.hits(PAGE, Access.READ));
  }

  @Test
  void loadingOnePcidKeepsTheOthers() {
    fillBoth();
    guest.mmu.cr3(OTHER_ROOT | 2);
    guest.fill(PAGE);
    guest.mmu.cr3(ROOT | 1 | KEEP);
    guest.hits(PAGE, Access.READ);
    guest.mmu.cr3(OTHER_ROOT | 2);
    guest.walks(PAGE, Access.READ);
  }

  @Test
  void globalPagesServeAllPcids() {
    fillBoth();
    guest.mmu.cr3(OTHER_ROOT | 2);
    assertLeadsTo(0x12_0000, guest.hits(GLOBAL, Access.READ));
    guest.mmu.cr3(ROOT | 1 | KEEP);
    assertLeadsTo(0x12_0000, guest.hits(GLOBAL, Access.READ));
  }

  @Test
  void withoutPgePagesAreNotGlobal() {
    guest.mmu.cr4(CR4 & ~ControlBits.CR4_PGE);
    fillBoth();
    guest.mmu.cr3(OTHER_ROOT | 2 | KEEP);
    assertLeadsTo(0x13_0000, guest.walks(GLOBAL, Access.READ));
  }

  @Test
  void withoutPcidsLoadingCr3DropsWhatIsNotGlobal() {
    guest.mmu.cr3(ROOT);
    guest.mmu.cr4(CR4 & ~ControlBits.CR4_PCIDE);
    fillBoth();
    guest.mmu.cr3(ROOT);
    guest.walks(PAGE, Access.READ);
    guest.hits(GLOBAL, Access.READ);
  }

  @Test
  void thousandsOfFlushesBringNothingBack() {
    guest.map(GLOBAL, 0x12_0000 | ALL | G);
    for (int i = 0; i < 3 * AddressSpaces.LIMIT; i++) {
      guest.mmu.cr3(ROOT | 1);
      guest.walks(PAGE, Access.READ);
      assertEquals(i == 0 ? 1 : 0, walksFor(GLOBAL));
    }
  }

  /** After so many loads the PCID has the number again that it had at first. */
  @Test
  void noNumberIsIssuedAgainWithTheOldPages() {
    for (int more = -4; more <= 4; more++) {
      TlbGuest of = new TlbGuest();
      of.fill(PAGE);
      for (int i = 0; i < AddressSpaces.LIMIT + more; i++) {
        of.mmu.cr3(ROOT | 1);
      }
      of.walks(PAGE, Access.READ);
    }
  }

  @Test
  void noPcidKeepsANumberThatIsIssuedAgain() {
    guest.mmu.cr3(OTHER_ROOT | 2);
    for (int i = 0; i < 2 * AddressSpaces.LIMIT; i++) {
      guest.mmu.cr3(ROOT | 1);
      assertLeadsTo(0x10_0000, guest.tlb.translate(PAGE, Access.READ));
      guest.mmu.cr3(OTHER_ROOT | 2 | KEEP);
      assertLeadsTo(0x11_0000, guest.tlb.translate(PAGE, Access.READ));
    }
  }

  private long walksFor(long gva) {
    long before = guest.tlb.walks();
    assertFalse(WalkResult.isFault(guest.tlb.translate(gva, Access.READ)));
    return guest.tlb.walks() - before;
  }

  // Other registers

  @Test
  void changedStructureDropsEverything() {
    fillBoth();
    guest.mmu.cr4(CR4 | ControlBits.CR4_PSE);
    guest.walks(PAGE, Access.READ);
    guest.walks(GLOBAL, Access.READ);
  }

  @Test
  void turningPagingOffAndOnDropsEverything() {
    guest.mmu.cr3(ROOT);
    guest.mmu.cr4(CR4 & ~ControlBits.CR4_PCIDE);
    fillBoth();
    guest.mmu.cr0(CR0 & ~ControlBits.CR0_PG);
    assertLeadsTo(PAGE, guest.walks(PAGE, Access.READ));
    guest.hits(PAGE, Access.READ);
    guest.mmu.cr0(CR0);
    assertLeadsTo(0x10_0000, guest.walks(PAGE, Access.READ));
    guest.walks(GLOBAL, Access.READ);
  }

  @Test
  void changedRightsDropNothingAndCountAtOnce() {
    guest.fill(PAGE);
    guest.mmu.cr4(CR4 | ControlBits.CR4_SMAP);
    guest.hits(PAGE, Access.READ | Access.AC);
    guest.hits(PAGE, Access.USER);
    assertTrue(WalkResult.isFault(guest.walks(PAGE, Access.READ)));
  }

  @Test
  void theA20GateDropsEverything() {
    guest.fill(PAGE);
    guest.mmu.a20(false);
    assertLeadsTo(0, guest.walks(PAGE, Access.READ));
    assertLeadsTo(0, guest.hits(PAGE, Access.READ));
    guest.mmu.a20(true);
    assertLeadsTo(0x10_0000, guest.walks(PAGE, Access.READ));
  }

  // INVLPG

  @Test
  void invlpgDropsThePage() {
    fillBoth();
    guest.map(0x7000, 0x14_0000 | ALL);
    guest.fill(0x7000);
    guest.tlb.invlpg(PAGE + 0x123);
    guest.walks(PAGE, Access.READ);
    guest.hits(0x7000, Access.READ);
  }

  @Test
  void invlpgDropsGlobalPagesWhateverPcidFilledThem() {
    fillBoth();
    guest.mmu.cr3(OTHER_ROOT | 2 | KEEP);
    guest.tlb.invlpg(GLOBAL);
    guest.walks(GLOBAL, Access.READ);
  }

  @Test
  void invlpgKeepsTheSamePageOfOtherPcids() {
    fillBoth();
    guest.mmu.cr3(OTHER_ROOT | 2 | KEEP);
    guest.fill(PAGE);
    guest.tlb.invlpg(PAGE);
    guest.mmu.cr3(ROOT | 1 | KEEP);
    guest.hits(PAGE, Access.READ);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64, 1024})
  void invlpgOfAnyAddressDropsAllOfALargePage(int sets) {
    TlbGuest of = new TlbGuest(sets, 4);
    of.fill(LARGE);
    of.fill(LARGE + 0x1000);
    of.fill(LARGE + 0x1F_F000);
    of.fill(PAGE);
    of.tlb.invlpg(LARGE + 0x10_0000);
    of.hits(PAGE, Access.READ);
    of.walks(LARGE, Access.READ);
    of.walks(LARGE + 0x1000, Access.READ);
    of.walks(LARGE + 0x1F_F000, Access.READ);
  }

  @Test
  void invlpgDropsAllOfAOneGigPage() {
    guest.entry(ROOT + 0x1000, 1, 0x4000_0000L | ALL | PS);
    guest.fill(0x4000_0000L);
    guest.fill(0x7FFF_F000L);
    guest.tlb.invlpg(0x5555_5555L);
    guest.walks(0x4000_0000L, Access.READ);
    guest.walks(0x7FFF_F000L, Access.READ);
  }

  @Test
  void invlpgFindsLargePagesOfBothSizes() {
    guest.entry(ROOT + 0x1000, 1, 0x4000_0000L | ALL | PS);
    guest.fill(LARGE);
    guest.fill(0x4000_0000L);
    guest.tlb.invlpg(LARGE + 0x1000);
    guest.walks(LARGE, Access.READ);
    guest.hits(0x4000_0000L, Access.READ);
  }

  @Test
  void invlpgOfALargePageKeepsThatOfOtherPcids() {
    guest.fill(LARGE + 0x1000);
    guest.mmu.cr3(OTHER_ROOT | 2 | KEEP);
    guest.tlb.invlpg(LARGE);
    guest.mmu.cr3(ROOT | 1 | KEEP);
    guest.hits(LARGE + 0x1000, Access.READ);
  }

  @Test
  void invlpgOfAnAddressThatIsNotCanonicalDropsNothing() {
    guest.fill(PAGE);
    guest.tlb.invlpg(PAGE | NOT_CANONICAL);
    guest.hits(PAGE, Access.READ);
  }

  // INVPCID

  /** Keeps a page of each of two PCIDs and a global one; PCID 1 is current. */
  private void fillTwoPcids() {
    guest.mmu.cr3(OTHER_ROOT | 2 | KEEP);
    guest.fill(PAGE);
    guest.fill(LARGE);
    guest.mmu.cr3(ROOT | 1 | KEEP);
    fillBoth();
    guest.fill(LARGE);
  }

  private void assertKept(boolean page, boolean large, boolean otherPage, boolean global) {
    assertEquals(page ? 0 : 1, walksFor(PAGE), "page");
    assertEquals(large ? 0 : 1, walksFor(LARGE), "large page");
    assertEquals(global ? 0 : 1, walksFor(GLOBAL), "global page");
    guest.mmu.cr3(OTHER_ROOT | 2 | KEEP);
    assertEquals(otherPage ? 0 : 1, walksFor(PAGE), "page of the other PCID");
    assertEquals(otherPage ? 0 : 1, walksFor(LARGE), "large page of the other PCID");
  }

  @Test
  void invpcid0DropsOneAddressOfAPcid() {
    fillTwoPcids();
    assertTrue(guest.tlb.invpcid(0, 1, PAGE));
    assertTrue(guest.tlb.invpcid(0, 1, GLOBAL));
    assertTrue(guest.tlb.invpcid(0, 3, LARGE));
    assertKept(false, true, true, true);
  }

  @Test
  void invpcid0DropsALargePageOfAnotherPcid() {
    fillTwoPcids();
    assertTrue(guest.tlb.invpcid(0, 2, LARGE + 0x5000));
    assertTrue(guest.tlb.invpcid(0, 2, PAGE));
    assertKept(true, true, false, true);
  }

  @Test
  void invpcid1DropsAPcid() {
    fillTwoPcids();
    assertTrue(guest.tlb.invpcid(1, 2, Long.MAX_VALUE));
    assertKept(true, true, false, true);
    guest.mmu.cr3(ROOT | 1 | KEEP);
    assertTrue(guest.tlb.invpcid(1, 1, 0));
    assertKept(false, false, true, true);
  }

  @Test
  void invpcid2DropsEverything() {
    fillTwoPcids();
    assertTrue(guest.tlb.invpcid(2, 0, 0));
    assertKept(false, false, false, false);
  }

  @Test
  void invpcid3DropsEverythingButGlobalPages() {
    fillTwoPcids();
    assertTrue(guest.tlb.invpcid(3, 0, 0));
    assertKept(false, false, false, true);
  }

  @Test
  void impossibleInvpcidsAreRefused() {
    fillTwoPcids();
    assertFalse(guest.tlb.invpcid(4, 0, 0));
    assertFalse(guest.tlb.invpcid(-1, 0, 0));
    assertFalse(guest.tlb.invpcid(1L << 32, 0, 0));
    assertFalse(guest.tlb.invpcid(2, 0x1000, 0));
    assertFalse(guest.tlb.invpcid(0, 1, PAGE | NOT_CANONICAL));
    assertKept(true, true, true, true);
  }

  @Test
  void withoutPcidsInvpcidKnowsPcidZeroOnly() {
    guest.mmu.cr3(ROOT);
    guest.mmu.cr4(CR4 & ~ControlBits.CR4_PCIDE);
    guest.fill(PAGE);
    assertFalse(guest.tlb.invpcid(1, 1, 0));
    guest.hits(PAGE, Access.READ);
    assertTrue(guest.tlb.invpcid(1, 0, 0));
    guest.walks(PAGE, Access.READ);
  }

  // Slots

  private void create(int id, long base, SlotFlag... flags) {
    create(guest, id, base, flags);
  }

  private static void create(TlbGuest of, int id, long base, SlotFlag... flags) {
    EnumSet<SlotFlag> set = EnumSet.noneOf(SlotFlag.class);
    set.addAll(List.of(flags));
    of.slots.create(id, base, 0x1000, set, Backing.of(new long[512]));
  }

  /** Maps and keeps a page in no slot. */
  private long fillMmio() {
    guest.map(0x8000, 0x8000_0000L | ALL);
    guest.fill(0x8000);
    return 0x8000;
  }

  @Test
  void aNewSlotDropsItsPagesOnly() {
    guest.fill(PAGE);
    long mmio = fillMmio();
    create(1, 0x8000_0000L);
    assertFalse(WalkResult.isInNoSlot(guest.walks(mmio, Access.READ)));
    guest.hits(PAGE, Access.READ);
  }

  @Test
  void aSlotThatBecomesReadOnlyDropsItsPagesOnly() {
    long page = fillMmio();
    create(1, 0x8000_0000L);
    guest.fill(PAGE);
    guest.fill(page);
    guest.slots.readOnly(1, true);
    guest.hits(PAGE, Access.READ);
    assertTrue(WalkResult.isInReadOnlySlot(guest.walks(page, Access.READ)));
  }

  @Test
  void aDirtyLogDropsNothing() {
    guest.fill(PAGE);
    guest.slots.logDirty(0, true);
    guest.hits(PAGE, Access.READ);
  }

  @Test
  void aSlotThatGoesDropsEverythingSinceItMayHaveHeldTables() {
    create(1, 0x8000_0000L);
    guest.fill(PAGE);
    guest.slots.delete(1);
    guest.walks(PAGE, Access.READ);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatIsFilledWhileEverythingIsDroppedServesNoOtherPcid(int ways) {
    TlbGuest of = new TlbGuest(64, ways);
    of.map(0x6000, 0x12_0000 | ALL);
    of.entry(OTHER_TABLE, TlbGuest.index(0x6000), 0x13_0000 | ALL);
    create(of, 1, 0x8000_0000L);
    of.fill(PAGE);
    of.mmu.cr3(OTHER_ROOT | 2 | KEEP);
    of.slots.delete(1);
    assertLeadsTo(0x13_0000, of.walks(0x6000, Access.READ));
    of.mmu.cr3(ROOT | 1 | KEEP);
    assertLeadsTo(0x12_0000, of.walks(0x6000, Access.READ));
  }

  @Test
  void aDeletedSlotOfTablesIsMissedAtOnce() {
    guest.fill(PAGE);
    guest.slots.delete(0);
    assertTrue(WalkResult.isFault(guest.walks(PAGE, Access.READ)));
  }

  @Test
  void aMovedSlotDropsEverything() {
    create(1, 0x8000_0000L);
    guest.fill(PAGE);
    guest.slots.move(1, 0x9000_0000L);
    guest.walks(PAGE, Access.READ);
  }

  @Test
  void aSlotThatBecomesWritableDropsEverythingSinceDCanBeSetNow() {
    guest.map(PAGE, TlbGuest.MAPPED & ~TlbGuest.D);
    guest.slots.readOnly(0, true);
    assertTrue(WalkResult.isCleanWrite(guest.walks(PAGE, Access.WRITE)));
    guest.slots.readOnly(0, false);
    assertTrue(WalkResult.isDirty(guest.walks(PAGE, Access.WRITE)));
  }

  @Test
  void severalChangesCountTogether() {
    guest.fill(PAGE);
    long mmio = fillMmio();
    create(1, 0x8000_0000L);
    create(2, 0x8000_2000L);
    guest.hits(PAGE, Access.READ);
    guest.walks(mmio, Access.READ);
    for (int id = 3; id < 13; id++) {
      create(id, 0x9000_0000L + id * 0x1000L);
    }
    guest.walks(PAGE, Access.READ);
  }

  @Test
  void flushesAreCounted() {
    long before = guest.tlb.flushes();
    guest.mmu.cr3(ROOT | 1);
    guest.tlb.invlpg(PAGE);
    guest.tlb.invpcid(2, 0, 0);
    assertEquals(2, guest.tlb.flushes() - before);
  }
}
