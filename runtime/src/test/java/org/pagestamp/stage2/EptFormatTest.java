package org.pagestamp.stage2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an EPT role makes of its format. */
class EptFormatTest {
  /** KVM's tables of illegal entries, by bits 5:0. */
  private static final long KVM_EXECUTE_ONLY = 0xFF44_4444_FFFF_4444L;

  private static final long KVM_NO_EXECUTE_ONLY = 0xFF54_5454_FFFF_5454L;

  private static final EptOption[] PAGES = {EptOption.TWO_MEG_PAGES, EptOption.ONE_GIG_PAGES};

  private static Stage2Format format(int maxPhyAddr, EptOption... options) {
    return EptRole.of(EptMode.EPT5, maxPhyAddr, options).format();
  }

  @ParameterizedTest
  @CsvSource({
    "5, 0x000FC000000000F8, 0x000FC000000000F8",
    "4, 0x000FC000000000F8, 0x000FC000000000F8",
    "3, 0x000FC00000000078, 0x000FC0003FFFF000",
    "2, 0x000FC00000000078, 0x000FC000001FF000",
    "1, 0x000FC00000000000, 0x000FC00000000000",
  })
  void reservedBitsForAWidthOf46(int level, String bit7Clear, String bit7Set) {
    Stage2Level rules = format(46, PAGES).level(level);
    assertEquals(Long.decode(bit7Clear), rules.reservedIfBit7Clear());
    assertEquals(Long.decode(bit7Set), rules.reservedIfBit7Set());
  }

  @ParameterizedTest
  @CsvSource({"32, 0x000FFFFF00000000", "39, 0x000FFF8000000000", "52, 0"})
  void bitsFromMaxPhyAddrToFiftyOneAreReserved(int maxPhyAddr, String expected) {
    for (Stage2Level level : format(maxPhyAddr, PAGES).levels()) {
      assertEquals(Long.decode(expected), level.reservedIfBit7Clear() & EptBits.FRAME);
    }
  }

  @Test
  void bit7IsReservedWhereThePageSizeIsNotEnumerated() {
    Stage2Format none = format(52);
    assertEquals(EptBits.PAGE, none.level(2).reservedIfBit7Set() & EptBits.PAGE);
    assertEquals(EptBits.PAGE, none.level(3).reservedIfBit7Set() & EptBits.PAGE);
    Stage2Format twoMeg = format(52, EptOption.TWO_MEG_PAGES);
    assertEquals(0, twoMeg.level(2).reservedIfBit7Set() & EptBits.PAGE);
    assertTrue(twoMeg.level(2).isLeaf(EptBits.PAGE));
    assertEquals(EptBits.PAGE, twoMeg.level(3).reservedIfBit7Set() & EptBits.PAGE);
  }

  @Test
  void illegalLeavesAreThoseOfKvmsTables() {
    assertEquals(KVM_EXECUTE_ONLY, illegalLeaves(format(52, EptOption.EXECUTE_ONLY)));
    assertEquals(KVM_NO_EXECUTE_ONLY, illegalLeaves(format(52)));
  }

  private static long illegalLeaves(Stage2Format format) {
    long bits = 0;
    for (int entry = 0; entry < 64; entry++) {
      bits |= format.isIllegal(entry, true) ? 1L << entry : 0;
    }
    return bits;
  }

  @Test
  void theMemoryTypeCountsInLeavesOnly() {
    assertTrue(format(52).isIllegal(0x17, true));
    assertFalse(format(52).isIllegal(0x17, false));
  }

  @Test
  void userExecuteAloneNeedsExecuteOnlySupport() {
    long entry = EptBits.XU;
    assertTrue(format(52, EptOption.MODE_BASED_EXECUTE).isIllegal(entry, false));
    assertFalse(
        format(52, EptOption.MODE_BASED_EXECUTE, EptOption.EXECUTE_ONLY).isIllegal(entry, false));
    assertTrue(
        format(52, EptOption.MODE_BASED_EXECUTE, EptOption.EXECUTE_ONLY)
            .isIllegal(EptBits.W | entry, false));
  }

  @Test
  void bit10IsIgnoredWithoutModeBasedExecute() {
    Stage2Format plain = format(52);
    assertEquals(7, plain.present());
    assertFalse(plain.isIllegal(EptBits.R | EptBits.XU, false));
    assertEquals(plain.executable(), plain.userExecutable());
    Stage2Format mbec = format(52, EptOption.MODE_BASED_EXECUTE);
    assertEquals(0x407, mbec.present());
    assertEquals(new RightRule(EptBits.XU, 0), mbec.userExecutable());
    assertEquals(new RightRule(EptBits.X, 0), mbec.executable());
  }

  @Test
  void accessedAndDirtyAreBits8And9OrNothing() {
    for (Stage2Level level : format(52, EptOption.ACCESSED_DIRTY).levels()) {
      assertEquals(List.of(1L << 8, 1L << 9), List.of(level.accessed(), level.dirty()));
    }
    for (Stage2Level level : format(52).levels()) {
      assertEquals(List.of(0L, 0L), List.of(level.accessed(), level.dirty()));
    }
  }

  @Test
  void anAddressAboveTheLevelsIsHeldOnlyIfItsBitsAreIgnored() {
    EptRole four = EptRole.of(EptMode.EPT4, 52);
    assertTrue(four.format().holds(0xFFFF_FFFF_FFFFL));
    assertFalse(four.format().holds(1L << 48));
    assertTrue(EptRole.of(EptMode.EPT5, 52).format().holds(1L << 48));
    assertTrue(EptRole.of(EptMode.EPT4, 52, EptOption.HIGH_GPA_IGNORED).format().holds(1L << 48));
  }

  @Test
  void eptpTellsLevelsAndAccessedDirty() {
    Set<EptOption> caps = Set.of(EptOption.EXECUTE_ONLY);
    assertEquals(
        EptRole.of(EptMode.EPT4, 46, EptOption.EXECUTE_ONLY),
        EptRole.ofEptp(0x1234_501E, 46, caps));
    assertEquals(
        EptRole.of(EptMode.EPT5, 46, EptOption.EXECUTE_ONLY, EptOption.ACCESSED_DIRTY),
        EptRole.ofEptp(0x1234_5060, 46, caps));
  }

  @ParameterizedTest
  @ValueSource(longs = {0x1F, 0x19, 0x16, 0x2E, 0x9E, 0x81E, 0x4000_0000_001EL})
  void anEptpThatVmEntryRefusesMakesNoRole(long eptp) {
    assertThrows(IllegalArgumentException.class, () -> EptRole.ofEptp(eptp, 46, Set.of()));
  }
}
