package org.pagestamp.walk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotLayout;

class VcpuStateTest {
  private static final Role PAE = Role.of(PagingMode.PAE, CpuFeatures.intel(46));
  private static final Role FOUR_LEVEL = Role.of(PagingMode.FOUR_LEVEL, CpuFeatures.intel(46));
  private static final Role TWO_LEVEL = Role.of(PagingMode.TWO_LEVEL, CpuFeatures.intel(46));

  private final long[] page = new long[512];
  private final SlotLayout layout = SlotLayout.builder().ram(0x1000, Backing.of(page)).build();
  private final VcpuState vcpu = new VcpuState();

  @BeforeEach
  void fillPdpt() {
    setPdptes(4, 0x2001, 0x3001, 0x4001, 0x5001);
  }

  private void setPdptes(int first, long... values) {
    System.arraycopy(values, 0, page, first, 4);
  }

  private void assertPdptes(long... values) {
    for (int i = 0; i < 4; i++) {
      assertEquals(values[i], vcpu.pdpte(i), "PDPTE " + i);
    }
  }

  @Test
  void loadingCr3InPaeModeReadsFourPdptes() {
    assertEquals(Cr3Load.LOADED, vcpu.loadCr3(0x1020, PAE, layout));
    assertEquals(0x1020, vcpu.cr3());
    assertPdptes(0x2001, 0x3001, 0x4001, 0x5001);
  }

  @Test
  void bits31To5OfCr3LocateThePdptes() {
    assertEquals(Cr3Load.LOADED, vcpu.loadCr3(0xABCD_0000_103FL, PAE, layout));
    assertPdptes(0x2001, 0x3001, 0x4001, 0x5001);
  }

  @Test
  void thePdptMayEndItsPage() {
    setPdptes(508, 0x6001, 0, 0, 0x7001);
    assertEquals(Cr3Load.LOADED, vcpu.loadCr3(0x1FE0, PAE, layout));
    assertPdptes(0x6001, 0, 0, 0x7001);
  }

  @ParameterizedTest(name = "bit {0}")
  @ValueSource(ints = {1, 2, 5, 6, 7, 8, 46, 51, 52, 62, 63})
  void aReservedBitOfAPresentPdpteFailsTheLoad(int bit) {
    for (int index = 0; index < 4; index++) {
      vcpu.loadCr3(0x1020, PAE, layout);
      setPdptes(8, 0x6001, 0x7001, 0x8001, 0x9001);
      page[8 + index] |= 1L << bit;
      assertEquals(Cr3Load.PDPTE_RESERVED_BIT, vcpu.loadCr3(0x1040, PAE, layout));
      assertEquals(0x1020, vcpu.cr3(), "CR3 keeps its value");
      assertPdptes(0x2001, 0x3001, 0x4001, 0x5001);
    }
  }

  @ParameterizedTest(name = "bit {0}")
  @ValueSource(ints = {3, 4, 9, 10, 11, 12, 45})
  void otherBitsOfAPdpteAreFree(int bit) {
    page[4] |= 1L << bit;
    assertEquals(Cr3Load.LOADED, vcpu.loadCr3(0x1020, PAE, layout));
    assertEquals(0x2001 | 1L << bit, vcpu.pdpte(0));
  }

  @Test
  void bit63OfAPdpteIsReservedWithNxeToo() {
    page[4] |= 1L << 63;
    Role nxe = Role.of(PagingMode.PAE, CpuFeatures.intel(46), Control.NXE);
    assertEquals(Cr3Load.PDPTE_RESERVED_BIT, vcpu.loadCr3(0x1020, nxe, layout));
  }

  @Test
  void reservedBitsOfAnAbsentPdpteAreNotLookedAt() {
    page[4] = -2;
    assertEquals(Cr3Load.LOADED, vcpu.loadCr3(0x1020, PAE, layout));
    assertEquals(-2, vcpu.pdpte(0));
  }

  @Test
  void pdptesInNoSlotFailTheLoad() {
    vcpu.loadCr3(0x1020, PAE, layout);
    assertEquals(Cr3Load.PDPTES_IN_NO_SLOT, vcpu.loadCr3(0x2020, PAE, layout));
    assertEquals(0x1020, vcpu.cr3());
    assertPdptes(0x2001, 0x3001, 0x4001, 0x5001);
  }

  @Test
  void pdptesMayLieInAReadOnlySlot() {
    SlotLayout rom = SlotLayout.builder().rom(0x1000, Backing.of(page)).build();
    assertEquals(Cr3Load.LOADED, vcpu.loadCr3(0x1020, PAE, rom));
    assertPdptes(0x2001, 0x3001, 0x4001, 0x5001);
  }

  @Test
  void aLaterStoreToThePdptIsInvisibleUntilTheNextLoad() {
    vcpu.loadCr3(0x1020, PAE, layout);
    page[4] = 0xF001;
    assertEquals(0x2001, vcpu.pdpte(0));
    vcpu.loadCr3(0x1020, PAE, layout);
    assertEquals(0xF001, vcpu.pdpte(0));
  }

  @ParameterizedTest(name = "MAXPHYADDR {0}, CR3 {1}")
  @CsvSource({
    "46, 0x0000400000000000, CR3_RESERVED_BIT",
    "46, 0x0008000000000000, CR3_RESERVED_BIT",
    "46, 0x0010000000000000, CR3_RESERVED_BIT",
    "46, 0x1000000000000000, CR3_RESERVED_BIT",
    "46, 0x0000200000001000, LOADED",
    "36, 0x0000001000000000, CR3_RESERVED_BIT",
    "52, 0x000FFFFFFFFFF000, LOADED",
    "52, 0x0010000000000000, CR3_RESERVED_BIT",
    "46, 0x0000000000001FFF, LOADED", // PCID, PCD, PWT
    "46, 0x8000000000001000, LOADED", // no flush
    "46, 0x4000000000001000, LOADED", // LAM_U48
    "46, 0x2000000000001000, LOADED", // LAM_U57
  })
  void longModeReservesCr3FromMaxPhyAddrOn(int maxPhyAddr, String cr3, Cr3Load expected) {
    vcpu.cr3(0x5000);
    long value = Long.parseUnsignedLong(cr3.substring(2), 16);
    for (PagingMode mode : new PagingMode[] {PagingMode.FOUR_LEVEL, PagingMode.FIVE_LEVEL}) {
      Role role = Role.of(mode, CpuFeatures.intel(maxPhyAddr));
      VcpuState fresh = new VcpuState(vcpu);
      assertEquals(expected, fresh.loadCr3(value, role, layout));
      assertEquals(expected == Cr3Load.LOADED ? value : 0x5000, fresh.cr3());
    }
  }

  @Test
  void outsidePaeModeCr3MayPointToAHoleAndPdptesStay() {
    vcpu.loadCr3(0x1020, PAE, layout);
    assertEquals(Cr3Load.LOADED, vcpu.loadCr3(0xF000, FOUR_LEVEL, layout));
    assertEquals(Cr3Load.LOADED, vcpu.loadCr3(0xE000, TWO_LEVEL, layout));
    assertEquals(0xE000, vcpu.cr3());
    assertPdptes(0x2001, 0x3001, 0x4001, 0x5001);
  }

  @Test
  void aCopyHasTheSameRegistersAndALifeOfItsOwn() {
    vcpu.loadCr3(0x1020, PAE, layout);
    vcpu.pkru(0x55);
    vcpu.pkrs(0xAA);
    VcpuState copy = new VcpuState(vcpu);
    vcpu.cr3(0);
    vcpu.pdpte(0, 0);
    vcpu.pkru(0);
    vcpu.pkrs(0);
    assertEquals(
        "cr3=0x1020 pdptes=[0x2001, 0x3001, 0x4001, 0x5001] pkru=0x55 pkrs=0xaa", copy.toString());
  }

  @Test
  void anObserverHasTheRegistersItWasMadeOf() {
    vcpu.loadCr3(0x1020, PAE, layout);
    vcpu.pkru(0x55);
    vcpu.pkrs(0xAA);
    VcpuState observer = VcpuState.observer(vcpu);
    assertEquals(vcpu + " observer", observer.toString());
    assertTrue(observer.isObserver());
    assertFalse(vcpu.isObserver());
  }

  @Test
  void aCopyOfAnObserverObserves() {
    assertTrue(new VcpuState(VcpuState.observer(vcpu)).isObserver());
    assertFalse(new VcpuState(vcpu).isObserver());
  }
}
