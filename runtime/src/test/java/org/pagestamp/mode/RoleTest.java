package org.pagestamp.mode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.choice.Choices;
import org.pagestamp.choice.EntryStore;
import org.pagestamp.choice.FetchReport;
import org.pagestamp.choice.ReadOnlyTables;
import org.pagestamp.choice.UpdateTiming;

class RoleTest {
  private static final CpuFeatures CPU = CpuFeatures.intel(46);

  private static final long PE = 1;
  private static final long WP = 1 << 16;
  private static final long PG = 1L << 31;
  private static final long PSE = 1 << 4;
  private static final long PAE = 1 << 5;
  private static final long LA57 = 1 << 12;
  private static final long SMEP = 1 << 20;
  private static final long SMAP = 1 << 21;
  private static final long PKE = 1 << 22;
  private static final long PKS = 1 << 24;
  private static final long ALL_CR4 = PSE | PAE | LA57 | SMEP | SMAP | PKE | PKS;
  private static final long LME = 1 << 8;
  private static final long LMA = 1 << 10;
  private static final long NXE = 1 << 11;

  @Test
  void withoutPgThereIsNoPagingAndNothingElseMatters() {
    Role role = Role.fromRegisters(PE | WP, ALL_CR4, LME | NXE, CPU);
    assertEquals(PagingMode.NO_PAGING, role.mode());
    assertEquals(Set.of(), role.controls());
  }

  @Test
  void pgWithoutPaeIsTwoLevelPaging() {
    Role role = Role.fromRegisters(PE | PG | WP, ALL_CR4 & ~PAE, NXE, CPU);
    assertEquals(PagingMode.TWO_LEVEL, role.mode());
    assertEquals(EnumSet.of(Control.WP, Control.PSE, Control.SMEP, Control.SMAP), role.controls());
  }

  @Test
  void paeWithoutLmaIsPaePaging() {
    Role role = Role.fromRegisters(PE | PG | WP, ALL_CR4, NXE, CPU);
    assertEquals(PagingMode.PAE, role.mode());
    assertEquals(EnumSet.of(Control.WP, Control.NXE, Control.SMEP, Control.SMAP), role.controls());
  }

  @Test
  void lmaIsFourLevelPaging() {
    Role role = Role.fromRegisters(PE | PG | WP, ALL_CR4 & ~LA57, LME | LMA | NXE, CPU);
    assertEquals(PagingMode.FOUR_LEVEL, role.mode());
    assertEquals(EnumSet.complementOf(EnumSet.of(Control.PSE)), role.controls());
  }

  @Test
  void lmaWithLa57IsFiveLevelPaging() {
    Role role = Role.fromRegisters(PE | PG, PAE | LA57, LME | LMA, CPU);
    assertEquals(PagingMode.FIVE_LEVEL, role.mode());
    assertEquals(Set.of(), role.controls());
  }

  @ParameterizedTest(name = "cr0 bit {0}, cr4 bit {1}, efer bit {2}: {3}")
  @CsvSource({
    "16, -1, -1, WP",
    "-1, 20, -1, SMEP",
    "-1, 21, -1, SMAP",
    "-1, 22, -1, PKE",
    "-1, 24, -1, PKS",
    "-1, -1, 11, NXE",
  })
  void everyControlComesFromItsOwnBit(int cr0, int cr4, int efer, Control control) {
    Role role = Role.fromRegisters(PE | PG | bit(cr0), PAE | bit(cr4), LME | LMA | bit(efer), CPU);
    assertEquals(Role.of(PagingMode.FOUR_LEVEL, CPU, control), role);
    assertEquals(control == Control.WP, role.wp());
    assertEquals(control == Control.NXE, role.nxe());
    assertEquals(control == Control.SMEP, role.smep());
    assertEquals(control == Control.SMAP, role.smap());
    assertEquals(control == Control.PKE, role.pke());
    assertEquals(control == Control.PKS, role.pks());
  }

  @Test
  void bitsWithoutEffectDoNotTellRolesApart() {
    Role pae = Role.fromRegisters(PE | PG, PAE, 0, CPU);
    assertEquals(pae, Role.fromRegisters(PE | PG, PAE | PSE | LA57 | PKE | PKS, 0, CPU));
    assertEquals(pae, Role.fromRegisters(PE | PG, PAE, 0, new CpuFeatures(46, false, true)));
    assertNotEquals(pae, Role.fromRegisters(PE | PG, PAE, 0, CpuFeatures.intel(36)));

    Role twoLevel = Role.fromRegisters(PE | PG, 0, 0, CPU);
    assertEquals(twoLevel, Role.fromRegisters(PE | PG, 0, NXE, CpuFeatures.intel(36)));
    assertEquals(twoLevel.hashCode(), Role.of(PagingMode.TWO_LEVEL, CPU).hashCode());
  }

  @Test
  void featuresThatChangeAWalkTellRolesApart() {
    Role role = Role.of(PagingMode.FOUR_LEVEL, CPU);
    assertNotEquals(role, Role.of(PagingMode.FIVE_LEVEL, CPU));
    assertNotEquals(role, new Object());
    assertNotEquals(role, Role.of(PagingMode.FOUR_LEVEL, CPU, Control.WP));
    Role narrower = Role.of(PagingMode.FOUR_LEVEL, CpuFeatures.intel(45));
    assertNotEquals(role, narrower);
    assertNotEquals(role.hashCode(), narrower.hashCode());
    assertNotEquals(role, Role.of(PagingMode.FOUR_LEVEL, new CpuFeatures(46, false, false)));
    assertNotEquals(role, Role.of(PagingMode.FOUR_LEVEL, new CpuFeatures(46, true, true)));
  }

  @ParameterizedTest(name = "{3}")
  @CsvSource({
    // CR0, CR4, EFER, reason
    "0x00000001, 0x00, 0x400, EFER.LMA is set while CR0.PG is clear",
    "0x80000000, 0x00, 0x000, CR0.PG is set while CR0.PE is clear",
    "0x80000001, 0x20, 0x400, EFER.LMA is set while EFER.LME is clear",
    "0x80000001, 0x20, 0x100, EFER.LME and CR0.PG are set while EFER.LMA is clear",
    "0x80000001, 0x00, 0x500, EFER.LMA is set while CR4.PAE is clear",
  })
  void impossibleRegistersAreRefusedWithTheReason(
      String cr0, String cr4, String efer, String reason) {
    var refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> Role.fromRegisters(Long.decode(cr0), Long.decode(cr4), Long.decode(efer), CPU));
    assertTrue(
        refusal.getMessage().startsWith("impossible registers: " + reason), refusal::getMessage);
  }

  @ParameterizedTest
  @EnumSource
  void aControlWithoutEffectIsRefused(Control control) {
    var refusal =
        assertThrows(
            IllegalArgumentException.class, () -> Role.of(PagingMode.NO_PAGING, CPU, control));
    assertTrue(
        refusal.getMessage().contains(control + " has no effect in none paging"),
        refusal::getMessage);
  }

  @Test
  void pseIsRefusedOutsideTwoLevelPaging() {
    assertThrows(IllegalArgumentException.class, () -> Role.of(PagingMode.PAE, CPU, Control.PSE));
    assertTrue(Role.of(PagingMode.TWO_LEVEL, CPU, Control.PSE).pse());
  }

  @Test
  void protectionKeysAreRefusedOutsideLongMode() {
    for (Control key : EnumSet.of(Control.PKE, Control.PKS)) {
      assertThrows(IllegalArgumentException.class, () -> Role.of(PagingMode.PAE, CPU, key));
    }
  }

  @Test
  void fetchesAreReportedWithSmepOrNxe() {
    assertFalse(Role.of(PagingMode.FOUR_LEVEL, CPU).reportsFetch());
    assertTrue(Role.of(PagingMode.FOUR_LEVEL, CPU, Control.NXE).reportsFetch());
    assertTrue(Role.of(PagingMode.TWO_LEVEL, CPU, Control.SMEP).reportsFetch());
  }

  @Test
  void nxeWithoutPaeDoesNotReportFetches() {
    assertFalse(Role.fromRegisters(PE | PG, 0, NXE, CPU).reportsFetch());
  }

  @Test
  void nxeReportsFetchesWithoutPaeWhereItIsChosen() {
    Choices kvm = Choices.of(FetchReport.NXE_SUFFICES);
    assertTrue(Role.fromRegisters(PE | PG, 0, NXE, CPU, kvm).reportsFetch());
    assertFalse(Role.fromRegisters(PE | PG, 0, 0, CPU, kvm).reportsFetch());
  }

  /** KVM's role of a guest without NXE was another than the default's, and so was its class. */
  @Test
  void theChoiceOnFetchesCountsWithNxeAndWithoutSmepOnly() {
    Choices kvm = Choices.of(FetchReport.NXE_SUFFICES);
    assertEquals(Role.of(PagingMode.TWO_LEVEL, CPU), Role.of(PagingMode.TWO_LEVEL, CPU, kvm));
    Role smep = Role.of(PagingMode.TWO_LEVEL, CPU, Control.SMEP);
    Role both = Role.of(PagingMode.TWO_LEVEL, CPU, kvm, Control.SMEP, Control.NXE);
    assertEquals(smep, both);
    assertEquals(smep.controls(), both.controls());
    assertEquals("2-level smep", both.toString());
    assertNotEquals(
        Role.of(PagingMode.TWO_LEVEL, CPU), Role.of(PagingMode.TWO_LEVEL, CPU, kvm, Control.NXE));
  }

  @Test
  void howBitsAreSetDoesNotCountWhereNoneAre() {
    Role without = Role.of(PagingMode.PAE, CPU, Choices.of(ReadOnlyTables.NONE));
    assertEquals(
        without,
        Role.of(
            PagingMode.PAE,
            CPU,
            Choices.of(ReadOnlyTables.NONE, UpdateTiming.EAGER, EntryStore.PLAIN)));
    assertNotEquals(without, Role.of(PagingMode.PAE, CPU));
  }

  @Test
  void controlsCannotBeChanged() {
    Set<Control> controls = Role.of(PagingMode.FOUR_LEVEL, CPU).controls();
    assertThrows(UnsupportedOperationException.class, () -> controls.add(Control.WP));
  }

  @Test
  void textNamesEverythingThatCounts() {
    assertEquals(
        "4-level wp nxe smep maxphyaddr=46 1g",
        Role.of(PagingMode.FOUR_LEVEL, CPU, Control.WP, Control.NXE, Control.SMEP).toString());
    assertEquals(
        "5-level maxphyaddr=52 amd",
        Role.of(PagingMode.FIVE_LEVEL, new CpuFeatures(52, false, true)).toString());
    assertEquals("2-level pse", Role.of(PagingMode.TWO_LEVEL, CPU, Control.PSE).toString());
    assertEquals("none", Role.of(PagingMode.NO_PAGING, CPU).toString());
  }

  private static long bit(int position) {
    return position < 0 ? 0 : 1L << position;
  }
}
