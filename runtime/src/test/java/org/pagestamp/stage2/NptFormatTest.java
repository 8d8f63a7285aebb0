package org.pagestamp.stage2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingLevel;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.ReservedBits;
import org.pagestamp.mode.Role;

/** What an NPT role makes of the host's paging mode. */
class NptFormatTest {
  private static final CpuFeatures AMD = new CpuFeatures(48, true, true);

  @ParameterizedTest
  @EnumSource(names = "NO_PAGING", mode = EnumSource.Mode.EXCLUDE)
  void entriesHaveTheReservedBitsOfTheHostsMode(PagingMode mode) {
    Role host = Role.of(mode, AMD);
    Stage2Format format = NptRole.of(host).format();
    for (PagingLevel level : mode.levels()) {
      Stage2Level rules = format.level(level.number());
      assertEquals(ReservedBits.mask(host, level, false), rules.reservedIfBit7Clear());
      assertEquals(ReservedBits.mask(host, level, true), rules.reservedIfBit7Set());
    }
    assertEquals(mode.entryBytes(), format.entryBytes());
    assertEquals(mode.gvaBits(), format.gpaBits());
  }

  @Test
  void controlsThatTakeNoPartMakeNoOtherRole() {
    Role plain = Role.of(PagingMode.FOUR_LEVEL, AMD, Control.NXE);
    Role full =
        Role.of(
            PagingMode.FOUR_LEVEL,
            AMD,
            Control.NXE,
            Control.WP,
            Control.SMEP,
            Control.SMAP,
            Control.PKE);
    assertEquals(NptRole.of(plain), NptRole.of(full));
  }

  @Test
  void aHostWithoutPagingIsRefused() {
    Role host = Role.of(PagingMode.NO_PAGING, AMD);
    assertThrows(IllegalArgumentException.class, () -> NptRole.of(host));
  }

  @Test
  void pdptesOfAPaeHostHaveNoRightsAndNoAccessedBit() {
    Stage2Format format = NptRole.of(Role.of(PagingMode.PAE, AMD)).format();
    Stage2Level pdpte = format.level(3);
    assertEquals(List.of(0L, 0L, 0L), List.of(pdpte.counted(), pdpte.accessed(), pdpte.dirty()));
    assertTrue((pdpte.reservedIfBit7Clear() & EntryBits.A) != 0);
    Stage2Format unchecked =
        NptRole.of(Role.of(PagingMode.PAE, AMD), NptOption.PDPTES_UNCHECKED).format();
    assertEquals(0, unchecked.level(3).reservedIfBit7Clear());
    assertEquals(format.level(2).reservedIfBit7Clear(), unchecked.level(2).reservedIfBit7Clear());
  }

  @Test
  void theUserBitIsNeededForEverything() {
    Stage2Format format = NptRole.of(Role.of(PagingMode.FOUR_LEVEL, AMD, Control.NXE)).format();
    long supervisor = EntryBits.P | EntryBits.W | EntryBits.NX; // NX inverted: executable
    long user = supervisor | EntryBits.U;
    for (RightRule rule :
        List.of(
            format.readable(), format.writable(), format.executable(), format.userExecutable())) {
      assertFalse(rule.holds(supervisor));
      assertTrue(rule.holds(user));
    }
  }

  @Test
  void withGmetTheUserBitForbidsSupervisorFetchesOnly() {
    Role host = Role.of(PagingMode.FOUR_LEVEL, AMD, Control.NXE);
    Stage2Format format = NptRole.of(host, NptOption.GMET).format();
    long supervisor = EntryBits.P | EntryBits.W | EntryBits.NX;
    long user = supervisor | EntryBits.U;
    assertTrue(format.readable().holds(supervisor));
    assertTrue(format.writable().holds(supervisor));
    assertTrue(format.executable().holds(supervisor));
    assertFalse(format.executable().holds(user));
    assertTrue(format.userExecutable().holds(supervisor));
    assertTrue(format.userExecutable().holds(user));
  }
}
