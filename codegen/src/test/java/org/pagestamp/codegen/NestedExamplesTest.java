package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pagestamp.choice.Choices;
import org.pagestamp.choice.KeyCheck;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.mode.Control;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.profile.Profile;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.EptBits;
import org.pagestamp.stage2.EptMode;
import org.pagestamp.stage2.EptOption;
import org.pagestamp.stage2.EptRole;
import org.pagestamp.stage2.NptRole;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.stage2.Stage2Result;
import org.pagestamp.stage2.Stage2State;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;

/** Walks in two dimensions that generated classes once got wrong or well might, each by name. */
class NestedExamplesTest {
  private static final long SLOT = 0x1_0000;
  private static final long EPT_ALL = EptBits.R | EptBits.W | EptBits.X | EptBits.A | EptBits.D;
  private static final long GUEST_ALL =
      EntryBits.P | EntryBits.W | EntryBits.U | EntryBits.A | EntryBits.D;
  private static final long EPT_ROOT = 0x8000;
  private static final long TABLES = 0x3000;

  private final MemorySegment memory = MemorySegment.ofArray(new long[(int) (SLOT / 8)]);

  /** In stage 2 one page of 2 MiB at 0; the guest's four tables one after the other. */
  NestedExamplesTest() {
    store(EPT_ROOT, 0x9000 | EPT_ALL);
    store(0x9000, 0xA000 | EPT_ALL);
    largePage(0xA000, 0, EPT_ALL);
    guestTables(GUEST_ALL);
  }

  private void largePage(long pde, long frame, long rights) {
    store(pde, frame | rights | EptBits.WRITE_BACK | EptBits.PAGE);
  }

  private void guestTables(long flags) {
    for (int i = 0; i < 3; i++) {
      store(TABLES + i * 0x1000L, (TABLES + (i + 1) * 0x1000L) | flags);
    }
    store(TABLES + 0x3000, flags);
  }

  private void store(long gpa, long entry) {
    memory.set(ValueLayout.JAVA_LONG, gpa, entry);
  }

  private SlotLayout layout(Set<SlotFlag> flags) {
    return SlotLayout.builder().slot(0, SLOT, flags, Backing.of(memory)).build();
  }

  private static long walk(NestedWalker walker, long cr3, long gva) {
    NestedState state = new NestedState();
    state.stage2().root(EPT_ROOT);
    state.guest().cr3(cr3);
    return walker.walk(state, gva, Access.READ);
  }

  /** What the generated class answers, which must be what the reference does. */
  private long answer(NestedRole role, Set<SlotFlag> flags, long cr3, long gva) {
    SlotLayout layout = layout(flags);
    long expected = walk(new InterpretedNestedWalker(role, layout), cr3, gva);
    long answer = walk(new Stamper().stamp(role, layout), cr3, gva);
    assertEquals(NestedResult.toString(expected), NestedResult.toString(answer));
    assertEquals(expected, answer);
    return answer;
  }

  @Test
  @DisplayName(
      "with keys before the leaf's rights, PKRU holds for a supervisor leaf of user tables")
  void keyBeforeTheRightsOfTheLeaf() {
    Choices choices = Choices.of(KeyCheck.BEFORE_LEAF_RIGHTS);
    Role guest =
        Role.of(PagingMode.FOUR_LEVEL, CpuFeatures.intel(46), choices, Control.PKE, Control.PKS);
    store(TABLES + 0x3000, GUEST_ALL & ~EntryBits.U);
    NestedRole role = NestedRole.kvm(guest, TwoStageMatrix.EPT4);
    SlotLayout layout = layout(Set.of());
    for (NestedWalker walker :
        List.of(new InterpretedNestedWalker(role, layout), new Stamper().stamp(role, layout))) {
      NestedState state = new NestedState();
      state.stage2().root(EPT_ROOT);
      state.guest().cr3(TABLES);
      state.guest().pkrs(1);
      assertFalse(NestedResult.isFault(walker.walk(state, 0, Access.READ)));
      state.guest().pkru(1);
      long refused = walker.walk(state, 0, Access.READ);
      assertEquals(FaultReason.PROTECTION_KEY, WalkResult.faultReason(refused));
    }
  }

  @Test
  @DisplayName("a table in a page of stage 2 larger than the slot, inside the slot, is found")
  void largePageInsideTheSlot() {
    NestedRole role = NestedRole.kvm(TwoStageMatrix.FOUR_LEVEL, TwoStageMatrix.EPT4);
    assertFalse(NestedResult.isFault(answer(role, Set.of(), TABLES, 0)));
  }

  @Test
  @DisplayName("behind the slot it is in a hole, not at the same place in the slot")
  void largePageBehindTheSlot() {
    NestedRole role = NestedRole.kvm(TwoStageMatrix.FOUR_LEVEL, TwoStageMatrix.EPT4);
    assertTrue(NestedResult.isFault(answer(role, Set.of(), SLOT + TABLES, 0)));
  }

  @Test
  @DisplayName("without paging, bits of an address above 31 do not choose an entry of stage 2")
  void highBitsWithoutPaging() {
    store(EPT_ROOT + 2 * 8, 0xB000 | EPT_ALL);
    store(0xB000, 0xC000 | EPT_ALL);
    largePage(0xC000, 0x20_0000, EPT_ALL);
    Role noPaging = Role.of(PagingMode.NO_PAGING, CpuFeatures.intel(46));
    NestedRole role = NestedRole.kvm(noPaging, TwoStageMatrix.EPT4);
    assertEquals(0, NestedResult.pageGpa(answer(role, Set.of(), 0, 2L << 39)));
  }

  @Test
  @DisplayName("a PDPTE of NPT that has A gets it, though its rights do not count")
  void accessedBitOfAPdpteOfNpt() {
    long all = EntryBits.P | EntryBits.W | EntryBits.U | EntryBits.A | EntryBits.D;
    store(EPT_ROOT, 0x9000 | EntryBits.P);
    store(0x9000, all | EntryBits.PS);
    NptRole npt = NptRole.of(Profile.QEMU.role(PagingMode.PAE, CpuFeatures.intel(46), Control.NXE));
    NestedRole role = Profile.QEMU.nested(WalkerMatrix.fourLevel(Profile.QEMU), npt);
    SlotLayout layout = layout(Set.of());
    assertFalse(NestedResult.isFault(walk(new Stamper().stamp(role, layout), TABLES, 0)));
    long got = memory.get(ValueLayout.JAVA_LONG, EPT_ROOT);
    assertEquals(0x9000 | EntryBits.P | EntryBits.A, got);
    store(EPT_ROOT, 0x9000 | EntryBits.P);
    Stage2State state = new Stage2State();
    state.root(EPT_ROOT);
    long alone =
        new Stamper()
            .stamp(role.stage2(), layout)
            .walk(state, 0x1000, Stage2Access.READ | Stage2Access.USER);
    assertFalse(Stage2Result.isFault(alone));
    assertEquals(got, memory.get(ValueLayout.JAVA_LONG, EPT_ROOT));
  }

  @Test
  @DisplayName("A to be set in ROM: stage 2 is asked for the right to write all the same")
  void updateInRomIsAskedFor() {
    largePage(0xA000, 0, EptBits.R | EptBits.X);
    guestTables(GUEST_ALL & ~EntryBits.A);
    EptRole plain = EptRole.of(EptMode.EPT4, 46, EptOption.TWO_MEG_PAGES);
    NestedRole role = NestedRole.processor(TwoStageMatrix.FOUR_LEVEL, plain);
    Set<SlotFlag> rom = EnumSet.of(SlotFlag.READONLY);
    assertTrue(NestedResult.isStage2Fault(answer(role, rom, TABLES, 0)));
  }

  @Test
  @DisplayName("flags of an entry are no part of an address where slots are searched")
  void flagsAreNoAddress() {
    Role host = Role.of(PagingMode.TWO_LEVEL, new CpuFeatures(48, true, true));
    Role noPaging = Role.of(PagingMode.NO_PAGING, CpuFeatures.intel(46));
    NestedRole role = NestedRole.kvm(noPaging, NptRole.of(host));
    SlotLayout halves =
        SlotLayout.builder()
            .slot(0, SLOT / 2, Set.of(), Backing.of(memory, 0))
            .slot(SLOT / 2, SLOT / 2, Set.of(), Backing.of(memory, SLOT / 2))
            .build();
    store(EPT_ROOT, (SLOT - 0x1000) | GUEST_ALL | 0xE00); // the last table, and bits for software
    long expected = walk(new InterpretedNestedWalker(role, halves), 0, 0x3F_F000);
    assertEquals(expected, walk(new Stamper().stamp(role, halves), 0, 0x3F_F000));
  }

  @Test
  @DisplayName(
      "a table of a guest in 2-level paging above 2 GiB is not at the sign-extended address")
  void tableAboveTwoGib() {
    store(0x9000 + 2 * 8, 0xA000 | EPT_ALL); // from 2 GiB on as from 0
    store(EPT_ROOT + 511 * 8, 0xC000 | EPT_ALL);
    store(0xC000 + 510 * 8, 0xD000 | EPT_ALL); // the sign-extended address
    store(0xD000, 0xE000 | EPT_ALL);
    store(0xE000 + 4 * 8, 0x5000 | EPT_ALL | EptBits.WRITE_BACK);
    store(TABLES, 0x8000_4000L | GUEST_ALL);
    store(0x4000, 0x1000 | GUEST_ALL);
    store(0x5000, 0x2000 | GUEST_ALL);
    Role guest = Role.of(PagingMode.TWO_LEVEL, CpuFeatures.intel(46));
    NestedRole role = NestedRole.kvm(guest, TwoStageMatrix.EPT4);
    assertEquals(0x1000, NestedResult.pageGpa(answer(role, Set.of(), TABLES, 0)));
  }

  @Test
  @DisplayName("a walk of a batch tells of a page table as an earlier one of the batch has left it")
  void batchReadsWhatItMadeDirty() {
    store(0xA000, 0xB000 | EPT_ALL);
    for (int page = 0; page < 16; page++) {
      store(0xB000 + page * 8, page * 0x1000L | EPT_ALL | EptBits.WRITE_BACK);
    }
    store(0xB000 + 7 * 8, 0x7000 | (EPT_ALL & ~EptBits.D) | EptBits.WRITE_BACK);
    store(TABLES + 0x2008, 0x7000 | GUEST_ALL); // a second page table
    store(TABLES + 0x3008, 0x7000 | GUEST_ALL); // which the first maps
    store(0x7000, GUEST_ALL);
    NestedRole role = NestedRole.kvm(TwoStageMatrix.FOUR_LEVEL, TwoStageMatrix.EPT4);
    NestedWalker walker = new Stamper().stamp(role, layout(Set.of()));
    NestedState state = new NestedState();
    state.stage2().root(EPT_ROOT);
    state.guest().cr3(TABLES);
    long[] results = new long[2];
    walker.walkAll(state, new long[] {0x1000, 0x20_0000}, Access.READ, results);
    assertEquals(0, results[0] & NestedResult.STAGE2_WRITABLE);
    store(0xB000 + 7 * 8, 0x7000 | (EPT_ALL & ~EptBits.D) | EptBits.WRITE_BACK);
    walker.walkAll(state, new long[] {0x20_0000, 0x1000}, Access.READ, results);
    assertEquals(NestedResult.STAGE2_WRITABLE, results[1] & NestedResult.STAGE2_WRITABLE);
  }

  @Test
  @DisplayName("bits for software above those of the address choose no entry of a fifth level")
  void softwareBitsAreNoIndex() {
    EptRole five = EptRole.of(EptMode.EPT5, 46, EptOption.TWO_MEG_PAGES);
    store(0xF000, EPT_ROOT | EPT_ALL);
    store(0xF000 + 16 * 8, 0xC000 | EPT_ALL); // for bit 52
    store(0xC000, 0xD000 | EPT_ALL);
    store(0xD000, 0xE000 | EPT_ALL);
    largePage(0xE000, 0x20_0000, EPT_ALL);
    store(TABLES + 0x3000, 1L << 52 | GUEST_ALL);
    NestedRole role = NestedRole.kvm(TwoStageMatrix.FOUR_LEVEL, five);
    NestedState state = new NestedState();
    state.stage2().root(0xF000);
    state.guest().cr3(TABLES);
    long[] results = new long[1];
    NestedWalker walker = new Stamper().stamp(role, layout(Set.of()));
    walker.walkAll(state, new long[] {0}, Access.READ, results);
    assertEquals(0, NestedResult.pageGpa(results[0]));
    assertEquals(results[0], walker.walk(state, 0, Access.READ));
  }
}
