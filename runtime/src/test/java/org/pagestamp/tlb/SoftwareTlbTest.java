package org.pagestamp.tlb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pagestamp.tlb.TlbGuest.ALL;
import static org.pagestamp.tlb.TlbGuest.CR0;
import static org.pagestamp.tlb.TlbGuest.CR4;
import static org.pagestamp.tlb.TlbGuest.D;
import static org.pagestamp.tlb.TlbGuest.MAPPED;
import static org.pagestamp.tlb.TlbGuest.NX;
import static org.pagestamp.tlb.TlbGuest.PAGE;
import static org.pagestamp.tlb.TlbGuest.TABLE;
import static org.pagestamp.tlb.TlbGuest.U;
import static org.pagestamp.tlb.TlbGuest.W;
import static org.pagestamp.tlb.TlbGuest.assertLeadsTo;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;

/** What hits and what does not while no register and no slot changes; rights. */
class SoftwareTlbTest {
  private static final int USER_WRITE = Access.USER | Access.WRITE;

  private static final long KEY_5 = 5L << 59;
  private static final long TAG = 0x5AL << 56;

  private final TlbGuest guest = new TlbGuest();

  @Test
  void aSecondAccessToAPageHits() {
    long walked = guest.walks(PAGE + 8, Access.READ);
    assertLeadsTo(0x10_0000, walked);
    assertEquals(walked, guest.hits(PAGE + 0xFFF, Access.READ));
  }

  @Test
  void aPageThatWasNotAccessedWalks() {
    guest.fill(PAGE);
    guest.map(PAGE + 0x1000, 0x12_0000 | ALL);
    assertLeadsTo(0x12_0000, guest.walks(PAGE + 0x1000, Access.READ));
  }

  @Test
  void pagesOfOneSetShareItsWays() {
    TlbGuest small = new TlbGuest(1, 2);
    for (int page = 1; page <= 3; page++) {
      small.map(page << 12, MAPPED);
      small.fill(page << 12);
    }
    small.hits(0x2000, Access.READ);
    small.hits(0x3000, Access.READ);
    small.walks(0x1000, Access.READ); // in place of 0x2000, which was not used longest
    small.hits(0x3000, Access.READ);
    small.walks(0x2000, Access.READ);
  }

  @Test
  void faultsAreNotKept() {
    guest.map(PAGE, 0);
    assertTrue(WalkResult.isFault(guest.walks(PAGE, Access.READ)));
    assertTrue(WalkResult.isFault(guest.walks(PAGE, Access.READ)));
  }

  @Test
  void aFaultDropsThePage() {
    guest.map(PAGE, MAPPED & ~U);
    guest.fill(PAGE);
    assertTrue(WalkResult.isFault(guest.walks(PAGE, Access.USER)));
    guest.walks(PAGE, Access.READ);
  }

  @Test
  void rightsThatGrewNeedNoInvalidation() {
    guest.map(PAGE, MAPPED & ~W);
    guest.fill(PAGE);
    guest.map(PAGE, MAPPED);
    assertFalse(WalkResult.isFault(guest.walks(PAGE, USER_WRITE)));
    guest.hits(PAGE, USER_WRITE);
  }

  @Test
  void theFirstWriteToACleanPageWalksAndSetsD() {
    guest.map(PAGE, MAPPED & ~D);
    guest.fill(PAGE);
    assertTrue(WalkResult.isDirty(guest.walks(PAGE, USER_WRITE)));
    assertNotEquals(0, guest.entry(TABLE, TlbGuest.index(PAGE)) & D);
    guest.hits(PAGE, USER_WRITE);
    assertTrue(WalkResult.isDirty(guest.hits(PAGE, Access.READ)));
  }

  @Test
  void withoutWpTheFirstWriteToACleanReadOnlyPageSetsD() {
    guest.mmu.cr0(CR0 & ~ControlBits.CR0_WP);
    guest.map(PAGE, MAPPED & ~W & ~D);
    guest.fill(PAGE);
    assertTrue(WalkResult.isDirty(guest.walks(PAGE, Access.WRITE)));
    guest.hits(PAGE, Access.WRITE);
  }

  @Test
  void aPageWrittenWithoutWpIsNotWritableForUsers() {
    guest.mmu.cr0(CR0 & ~ControlBits.CR0_WP);
    guest.map(PAGE, MAPPED & ~W);
    guest.walks(PAGE, Access.WRITE);
    guest.hits(PAGE, Access.WRITE);
    assertEquals(0x7, WalkResult.errorCode(guest.walks(PAGE, USER_WRITE)));
  }

  @Test
  void aCleanPageWhoseTableIsReadOnlyHitsOnceItWasWritten() {
    guest.map(PAGE, MAPPED & ~D);
    guest.slots.readOnly(0, true);
    guest.fill(PAGE);
    assertTrue(WalkResult.isCleanWrite(guest.walks(PAGE, USER_WRITE)));
    assertTrue(WalkResult.isCleanWrite(guest.hits(PAGE, USER_WRITE)));
    assertFalse(WalkResult.isCleanWrite(guest.hits(PAGE, Access.READ)));
  }

  @ParameterizedTest
  @CsvSource({
    "user read,               0, true",
    "user write,              0, true",
    "user fetch,              0, true",
    "supervisor read,         0, false",
    "supervisor write,        0, false",
    "supervisor fetch,        0, false",
    "supervisor read ac,      0, true",
    "supervisor write ac,     0, true",
    "implicit supervisor read ac, 0, false",
    "user read,               4, false",
    "user write,              2, false",
    "user fetch,              8, false",
    "supervisor read,         4, true",
    "supervisor write,        4, true",
    "supervisor write,        6, false",
    "supervisor fetch,        4, true",
    "supervisor fetch,       12, false",
  })
  void entriesServeEachPrivilegeByTheRightsOfTheTables(String access, int taken, boolean allowed) {
    guest.mmu.cr4(CR4 | ControlBits.CR4_SMAP | ControlBits.CR4_SMEP);
    long rights = (MAPPED & ~(taken & (W | U))) | ((taken & 8) != 0 ? NX : 0);
    guest.map(PAGE, rights);
    fillByAnyAccess();
    if (allowed) {
      guest.hits(PAGE, accessOf(access));
    } else {
      assertTrue(WalkResult.isFault(guest.walks(PAGE, accessOf(access))));
    }
  }

  private void fillByAnyAccess() {
    for (int access = 0; access < Access.LIMIT; access++) {
      if (Access.isValid(access) && !WalkResult.isFault(guest.tlb.translate(PAGE, access))) {
        return;
      }
    }
    throw new AssertionError("no access is allowed");
  }

  private static int accessOf(String words) {
    for (int access = 0; access < Access.LIMIT; access++) {
      if (Access.isValid(access) && Access.toString(access).equals(words)) {
        return access;
      }
    }
    throw new AssertionError(words);
  }

  @Test
  void protectionKeysAreJudgedAtEachAccess() {
    guest.mmu.cr4(CR4 | ControlBits.CR4_PKE);
    guest.map(PAGE, MAPPED | KEY_5);
    guest.fill(PAGE);
    guest.mmu.pkru(2 << 10); // write-disable of key 5
    guest.hits(PAGE, Access.USER);
    assertEquals(FaultReason.PROTECTION_KEY, WalkResult.faultReason(guest.walks(PAGE, USER_WRITE)));
  }

  @Test
  void keyZeroIsAKeyLikeTheOthers() {
    guest.mmu.cr4(CR4 | ControlBits.CR4_PKE);
    guest.fill(PAGE);
    guest.mmu.pkru(1);
    assertTrue(WalkResult.isFault(guest.walks(PAGE, Access.READ)));
  }

  @Test
  void keysOfSupervisorPagesCount() {
    guest.mmu.cr4(CR4 | ControlBits.CR4_PKS);
    guest.map(PAGE, (MAPPED & ~U) | KEY_5);
    guest.fill(PAGE);
    guest.mmu.pkrs(1 << 10);
    assertTrue(WalkResult.isFault(guest.walks(PAGE, Access.READ)));
  }

  @Test
  void anAliasThatIsNotCanonicalNeverHits() {
    guest.fill(PAGE);
    for (int bit = 47; bit < 64; bit++) {
      long result = guest.walks(PAGE ^ (1L << bit), Access.READ);
      assertEquals(FaultReason.NON_CANONICAL, WalkResult.faultReason(result));
    }
    guest.hits(PAGE, Access.READ);
  }

  @Test
  void anEmptyTlbAnswersNothing() {
    for (long gva : new long[] {0, 0x7FFF_F000L, Long.MIN_VALUE, -4096}) {
      assertTrue(WalkResult.isFault(guest.walks(gva, Access.READ)));
    }
  }

  @Test
  void modesOf32BitsIgnoreTheUpperHalf() {
    TlbGuest small = new TlbGuest();
    small.mmu.reset();
    assertLeadsTo(0x8000_5000L, small.walks(0x8000_5000L, Access.READ));
    assertLeadsTo(0x8000_5000L, small.hits(0xFFFF_FFFF_8000_5000L, Access.READ));
  }

  @Test
  void aTaggedPointerHitsThePageOfThePointerWithoutTag() {
    guest.mmu.cr3(TlbGuest.ROOT | 1 | ControlBits.CR3_LAM_U48);
    guest.fill(PAGE);
    guest.hits(PAGE | TAG, Access.READ);
    assertTrue(WalkResult.isFault(guest.walks(PAGE | TAG, Access.FETCH)));
  }

  @Test
  void anAddressThatOnlyWithoutItsTagIsThePageDoesNotHitWithoutLam() {
    guest.mmu.cr3(TlbGuest.ROOT | 1 | ControlBits.CR3_LAM_U48);
    guest.fill(PAGE);
    guest.mmu.cr3(TlbGuest.ROOT | 1 | TlbGuest.KEEP);
    guest.hits(PAGE, Access.READ);
    assertTrue(WalkResult.isFault(guest.walks(PAGE | TAG, Access.READ)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aPageFilledByAnAddressWithATagIsKeptWithoutIt(int ways) {
    TlbGuest of = new TlbGuest(64, ways);
    of.mmu.cr3(TlbGuest.ROOT | 1 | ControlBits.CR3_LAM_U48);
    of.walks(PAGE | TAG, Access.READ);
    of.hits(PAGE, Access.READ);
    of.mmu.cr3(TlbGuest.ROOT | 1 | TlbGuest.KEEP);
    of.hits(PAGE, Access.READ);
    assertTrue(WalkResult.isFault(of.walks(PAGE | TAG, Access.READ)));
  }

  @Test
  void lassIsAskedBeforeTheTlb() {
    guest.fill(PAGE);
    guest.mmu.cr4(CR4 | ControlBits.CR4_LASS);
    guest.hits(PAGE, Access.USER);
    long result = guest.tlb.translate(PAGE, Access.FETCH);
    assertEquals(FaultReason.LASS_VIOLATION, WalkResult.faultReason(result));
  }

  @Test
  void impossibleAccessesAreRefusedAlsoWhereThePageIsKept() {
    guest.fill(PAGE);
    for (int access : new int[] {-1, 32, 33, Access.WRITE | Access.FETCH, Integer.MIN_VALUE}) {
      assertThrows(IllegalArgumentException.class, () -> guest.tlb.translate(PAGE, access));
    }
  }

  @Test
  void anotherThreadIsRefusedAlsoWhereThePageIsKept() throws InterruptedException {
    guest.fill(PAGE);
    Throwable[] thrown = new Throwable[1];
    Thread other = new Thread(() -> guest.tlb.translate(PAGE, Access.READ));
    other.setUncaughtExceptionHandler((_, e) -> thrown[0] = e);
    other.start();
    other.join();
    assertEquals(WrongThreadException.class, thrown[0].getClass());
  }

  @ParameterizedTest
  @CsvSource({"0,1", "-1,1", "3,1", "131072,1", "64,0", "64,17"})
  void impossibleSizesAreRefused(int sets, int ways) {
    assertThrows(IllegalArgumentException.class, () -> new SoftwareTlb(guest.mmu, sets, ways));
  }
}
