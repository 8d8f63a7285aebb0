package org.pagestamp.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pagestamp.mode.ControlBits.CR0_CD;
import static org.pagestamp.mode.ControlBits.CR0_ET;
import static org.pagestamp.mode.ControlBits.CR0_NW;
import static org.pagestamp.mode.ControlBits.CR0_PE;
import static org.pagestamp.mode.ControlBits.CR0_PG;
import static org.pagestamp.mode.ControlBits.CR0_WP;
import static org.pagestamp.mode.ControlBits.CR3_LAM_U57;
import static org.pagestamp.mode.ControlBits.CR3_NO_FLUSH;
import static org.pagestamp.mode.ControlBits.CR4_LA57;
import static org.pagestamp.mode.ControlBits.CR4_PAE;
import static org.pagestamp.mode.ControlBits.CR4_PCIDE;
import static org.pagestamp.mode.ControlBits.CR4_PGE;
import static org.pagestamp.mode.ControlBits.CR4_PKE;
import static org.pagestamp.mode.ControlBits.CR4_PKS;
import static org.pagestamp.mode.ControlBits.CR4_PSE;
import static org.pagestamp.mode.ControlBits.CR4_SMAP;
import static org.pagestamp.mode.ControlBits.CR4_SMEP;
import static org.pagestamp.mode.ControlBits.EFER_LMA;
import static org.pagestamp.mode.ControlBits.EFER_LME;
import static org.pagestamp.mode.ControlBits.EFER_NXE;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotLayout;

/** Which writes to control registers are refused, and what the others call for. */
class RegisterWriteTest {
  private static final long PROTECTED = CR0_PE | CR0_ET;
  private static final long PAGED = PROTECTED | CR0_PG;
  private static final long PDPT = 0x1020;

  private final long[] ram = new long[0x4000 / Long.BYTES];
  private final SlotLayout layout = SlotLayout.builder().ram(0, Backing.of(ram)).build();
  private final List<RegisterWrite> told = new ArrayList<>();
  private Mmu mmu = mmu();

  private Mmu mmu(PagingFeature... missing) {
    Mmu made = Mmu.builder().memory(layout).cpu(CpuFeatures.intel(46)).without(missing).build();
    made.listener(new Told());
    return made;
  }

  private final class Told implements MmuListener {
    @Override
    public void registerWritten(RegisterWrite write) {
      told.add(write);
    }

    @Override
    public void layoutChanged(SlotLayout before, SlotLayout after) {
      throw new AssertionError("no layout changed");
    }

    @Override
    public void a20Changed() {
      throw new AssertionError("the gate did not move");
    }
  }

  private void longMode(long cr4) {
    mmu.restore(PAGED, 0x1000, cr4 | CR4_PAE, EFER_LME | EFER_LMA | EFER_NXE);
    told.clear();
  }

  private void pae(long cr4) {
    setPdptes(0x2001, 0x3001, 0, 0);
    mmu.restore(PAGED, PDPT, cr4 | CR4_PAE, 0);
    told.clear();
  }

  private void setPdptes(long... values) {
    System.arraycopy(values, 0, ram, (int) PDPT / Long.BYTES, 4);
  }

  private void assertRefused(RegisterWrite expected, RegisterWrite write) {
    assertEquals(expected, write);
    assertTrue(write.isRefused());
    assertNotNull(write.reason());
    assertEquals(List.of(), told);
  }

  private void assertWritten(RegisterWrite expected, RegisterWrite write) {
    assertEquals(expected, write);
    assertFalse(write.isRefused());
    assertNull(write.reason());
    assertEquals(expected == RegisterWrite.DONE ? List.of() : List.of(expected), told);
  }

  // CR0

  @Test
  void theHighHalfOfCr0IsReserved() {
    assertRefused(RegisterWrite.CR0_RESERVED_BIT, mmu.cr0(1L << 32 | CR0_PE));
  }

  @Test
  void nwNeedsCd() {
    assertRefused(RegisterWrite.NW_WITHOUT_CD, mmu.cr0(CR0_NW));
  }

  @Test
  void pagingNeedsProtection() {
    assertRefused(RegisterWrite.PG_WITHOUT_PE, mmu.cr0(CR0_PG));
  }

  @Test
  void longModeNeedsPae() {
    mmu.efer(EFER_LME);
    assertRefused(RegisterWrite.LONG_MODE_WITHOUT_PAE, mmu.cr0(PAGED));
    assertEquals(0, mmu.efer() & EFER_LMA);
  }

  @Test
  void pagingCannotEndWhilePcidsAreOn() {
    longMode(CR4_PCIDE);
    assertRefused(RegisterWrite.PCIDE_WITHOUT_PAGING, mmu.cr0(PROTECTED));
    assertEquals(PAGED, mmu.cr0());
  }

  @Test
  void lmaFollowsPagingWhereLmeIsSet() {
    mmu.cr4(CR4_PAE);
    mmu.efer(EFER_LME);
    assertWritten(RegisterWrite.FLUSH_ALL, mmu.cr0(PAGED));
    assertEquals(EFER_LME | EFER_LMA, mmu.efer());
    assertEquals(PagingMode.FOUR_LEVEL, mmu.role().mode());
    mmu.cr0(PROTECTED);
    assertEquals(EFER_LME, mmu.efer());
  }

  @Test
  void etIsAlwaysSetAndBitsThatDoNotExistNever() {
    mmu.cr0(CR0_PE | 1 << 10);
    assertEquals(PROTECTED, mmu.cr0());
  }

  @Test
  void wpChangesRights() {
    longMode(0);
    assertWritten(RegisterWrite.RIGHTS_CHANGED, mmu.cr0(PAGED | CR0_WP));
  }

  @Test
  void wpChangesNothingWhilePagingIsOff() {
    assertWritten(RegisterWrite.DONE, mmu.cr0(PROTECTED | CR0_WP));
  }

  @Test
  void cacheControlChangesNoTranslationInLongMode() {
    longMode(0);
    assertWritten(RegisterWrite.DONE, mmu.cr0(PAGED | CR0_CD | CR0_NW));
  }

  // CR3

  @ParameterizedTest
  @ValueSource(ints = {46, 52, 60, 63})
  void bitsAtOrAboveMaxPhyAddrAreReserved(int bit) {
    longMode(0);
    assertRefused(RegisterWrite.CR3_RESERVED_BIT, mmu.cr3(0x2000 | 1L << bit));
    assertEquals(0x1000, mmu.cr3());
  }

  @Test
  void theTagBitsOfCr3NeedLam() {
    longMode(0);
    assertWritten(RegisterWrite.FLUSH_NON_GLOBAL, mmu.cr3(CR3_LAM_U57));
    told.clear();
    mmu = mmu(PagingFeature.LAM);
    longMode(0);
    assertRefused(RegisterWrite.CR3_RESERVED_BIT, mmu.cr3(CR3_LAM_U57));
  }

  @Test
  void outsideLongModeCr3Has32Bits() {
    mmu.cr3(0xFFFF_FFFF_0000_1000L);
    assertEquals(0x1000, mmu.cr3());
  }

  @Test
  void withPcidsBit63KeepsTranslationsAndIsNotStored() {
    longMode(CR4_PCIDE);
    assertWritten(RegisterWrite.PCID_LOADED, mmu.cr3(0x2005));
    told.clear();
    assertWritten(RegisterWrite.PCID_SWITCHED, mmu.cr3(CR3_NO_FLUSH | 0x2006));
    assertEquals(0x2006, mmu.cr3());
    assertEquals(6, mmu.pcid());
  }

  @Test
  void withoutPcidsTheIdentifierIsZero() {
    longMode(0);
    mmu.cr3(0x2018);
    assertEquals(0, mmu.pcid());
  }

  // CR4

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NX")
  void aMissingFeaturesBitIsReserved(PagingFeature feature) {
    mmu = mmu(feature);
    assertRefused(RegisterWrite.CR4_RESERVED_BIT, mmu.cr4(feature.cr4Bit()));
  }

  @Test
  void inLongModePaeStaysAndLa57CannotChange() {
    longMode(0);
    assertRefused(RegisterWrite.LONG_MODE_WITHOUT_PAE, mmu.cr4(0));
    assertRefused(RegisterWrite.LA57_IN_LONG_MODE, mmu.cr4(CR4_PAE | CR4_LA57));
  }

  @Test
  void pcidsNeedLongModeAndNoPcidInCr3() {
    assertRefused(RegisterWrite.PCIDE_OUTSIDE_LONG_MODE, mmu.cr4(CR4_PAE | CR4_PCIDE));
    longMode(0);
    mmu.cr3(0x1008);
    told.clear();
    assertRefused(RegisterWrite.PCIDE_WITH_CR3_PCID, mmu.cr4(CR4_PAE | CR4_PCIDE));
    mmu.cr3(0x1000);
    told.clear();
    assertWritten(RegisterWrite.DONE, mmu.cr4(CR4_PAE | CR4_PCIDE));
  }

  @ParameterizedTest
  @ValueSource(longs = {CR4_PGE, CR4_PSE, CR4_PCIDE})
  void theStructureOfCachedTranslationsEndsWithTheseBits(long bit) {
    longMode(bit);
    assertWritten(RegisterWrite.FLUSH_ALL, mmu.cr4(CR4_PAE));
  }

  @ParameterizedTest
  @ValueSource(longs = {CR4_SMEP, CR4_SMAP, CR4_PKE, CR4_PKS, 1L << 27, 1L << 28})
  void rightsChangeWithTheseBits(long bit) {
    longMode(0);
    assertWritten(RegisterWrite.RIGHTS_CHANGED, mmu.cr4(CR4_PAE | bit));
  }

  @Test
  void otherBitsOfCr4AreKeptAndChangeNoTranslation() {
    longMode(0);
    long osfxsr = 1 << 9;
    assertWritten(RegisterWrite.DONE, mmu.cr4(CR4_PAE | osfxsr));
    assertEquals(CR4_PAE | osfxsr, mmu.cr4());
  }

  // EFER

  @Test
  void lmeCannotChangeWhilePaging() {
    longMode(0);
    assertRefused(RegisterWrite.LME_WHILE_PAGING, mmu.efer(EFER_NXE));
  }

  @Test
  void nxeNeedsNx() {
    mmu = mmu(PagingFeature.NX);
    assertRefused(RegisterWrite.EFER_RESERVED_BIT, mmu.efer(EFER_NXE));
  }

  @Test
  void aGuestCannotWriteLma() {
    mmu.efer(EFER_LMA);
    assertEquals(0, mmu.efer());
  }

  @Test
  void nxeMakesEntriesMeanSomethingElse() {
    longMode(0);
    assertWritten(RegisterWrite.FLUSH_ALL, mmu.efer(EFER_LME));
  }

  // Keys

  @Test
  void aKeyRegisterChangesRightsWhereKeysAreOn() {
    longMode(CR4_PKE);
    assertWritten(RegisterWrite.RIGHTS_CHANGED, mmu.pkru(4));
    told.clear();
    assertWritten(RegisterWrite.DONE, mmu.pkru(4));
    assertWritten(RegisterWrite.DONE, mmu.pkrs(4));
    assertEquals(4, mmu.pkrs());
  }

  // PDPTEs

  @Test
  void turningPaePagingOnLoadsThePdptes() {
    setPdptes(0x2001, 0, 0, 0x3001);
    mmu.cr3(PDPT);
    mmu.cr4(CR4_PAE);
    assertEquals(0, mmu.pdpte(0));
    assertWritten(RegisterWrite.FLUSH_ALL, mmu.cr0(PAGED));
    assertEquals(0x2001, mmu.pdpte(0));
    assertEquals(0x3001, mmu.pdpte(3));
  }

  @Test
  void aStoreToThePdptIsSeenOnlyWhenItIsLoaded() {
    pae(0);
    setPdptes(0x3001, 0, 0, 0);
    assertEquals(0x2001, mmu.pdpte(0));
    assertWritten(RegisterWrite.FLUSH_NON_GLOBAL, mmu.cr3(PDPT));
    assertEquals(0x3001, mmu.pdpte(0));
  }

  @ParameterizedTest
  @ValueSource(longs = {CR4_PGE, CR4_PSE, CR4_SMEP})
  void theseBitsOfCr4LoadThePdptes(long bit) {
    pae(0);
    setPdptes(0x3001, 0, 0, 0);
    mmu.cr4(CR4_PAE | bit);
    assertEquals(0x3001, mmu.pdpte(0));
  }

  @Test
  void smapDoesNotLoadThePdptes() {
    pae(0);
    setPdptes(0x3001, 0, 0, 0);
    mmu.cr4(CR4_PAE | CR4_SMAP);
    assertEquals(0x2001, mmu.pdpte(0));
  }

  @Test
  void cacheControlLoadsThePdptes() {
    pae(0);
    setPdptes(0x3001, 0, 0, 0);
    assertWritten(RegisterWrite.FLUSH_NON_GLOBAL, mmu.cr0(PAGED | CR0_CD));
    assertEquals(0x3001, mmu.pdpte(0));
  }

  @Test
  void aReservedBitInAPdpteRefusesTheWholeWrite() {
    pae(0);
    setPdptes(0x3001, 0x2003, 0, 0);
    assertRefused(RegisterWrite.PDPTE_RESERVED_BIT, mmu.cr4(CR4_PAE | CR4_PGE));
    assertRefused(RegisterWrite.PDPTE_RESERVED_BIT, mmu.cr3(PDPT));
    assertRefused(RegisterWrite.PDPTES_IN_NO_SLOT, mmu.cr3(0x10_0000));
    assertEquals(0x2001, mmu.pdpte(0));
    assertEquals(CR4_PAE, mmu.cr4());
    assertEquals(PDPT, mmu.cr3());
  }

  // Restoring

  @ParameterizedTest
  @CsvSource({
    "PG without PE,             80000000,  1000,             20,    0",
    "NW without CD,             20000001,  1000,             20,    0",
    "LMA missing,               80000001,  1000,             20,    100",
    "long mode without PAE,     80000001,  1000,             0,     500",
    "PCIDE outside long mode,   80000001,  1000,             20020, 0",
    "CR3 beyond MAXPHYADDR,     80000001,  1000000000001000, 20,    500",
    "CR0 beyond 32 bits,        100000001, 1000,             20,    0",
    "PDPTEs in no slot,         80000001,  100000,           20,    0"
  })
  void impossibleRegistersAreRefusedAsAWhole(
      String what, String cr0, String cr3, String cr4, String efer) {
    longMode(0);
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> mmu.restore(hex(cr0), hex(cr3), hex(cr4), hex(efer)),
            what);
    assertTrue(refusal.getMessage().contains("impossible registers"), refusal.getMessage());
    assertEquals(PAGED, mmu.cr0());
    assertEquals(0x1000, mmu.cr3());
    assertEquals(List.of(), told);
  }

  private static long hex(String text) {
    return Long.parseUnsignedLong(text, 16);
  }

  @Test
  void restoringFlushesEverything() {
    mmu.restore(PAGED, 0x1000, CR4_PAE | CR4_PCIDE, EFER_LME | EFER_LMA);
    assertEquals(List.of(RegisterWrite.FLUSH_ALL), told);
  }

  @Test
  void resetIsPowerUp() {
    longMode(CR4_PKE);
    mmu.pkru(-1);
    mmu.reset();
    assertEquals(CR0_CD | CR0_NW | CR0_ET, mmu.cr0());
    assertEquals(0, mmu.cr4() | mmu.cr3() | mmu.efer() | mmu.pkru());
  }

  @Test
  void aModeThatTheSlotsCannotServeIsAnErrorOfTheEmulator() {
    SlotLayout ints = SlotLayout.builder().ram(0, Backing.of(new int[0x1000])).build();
    Mmu narrow = Mmu.builder().memory(ints).build();
    narrow.cr4(CR4_PAE);
    assertThrows(IllegalArgumentException.class, () -> narrow.cr0(PAGED));
    assertEquals(PagingMode.NO_PAGING, narrow.role().mode());
  }
}
