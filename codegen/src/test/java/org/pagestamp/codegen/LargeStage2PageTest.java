package org.pagestamp.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pagestamp.interpreter.InterpretedNestedWalker;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.nested.NestedResult;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.NestedState;
import org.pagestamp.nested.NestedWalker;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.stage2.EptBits;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/** Tables of a guest in a page of stage 2 that is larger than the slot where it begins. */
class LargeStage2PageTest {
  private static final long SLOT = 0x1_0000;
  private static final long EPT_ALL = EptBits.R | EptBits.W | EptBits.X | EptBits.A;
  private static final long EPT_LEAF = EPT_ALL | EptBits.WRITE_BACK | EptBits.D;
  private static final long GUEST_ALL =
      EntryBits.P | EntryBits.W | EntryBits.U | EntryBits.A | EntryBits.D;
  private static final long EPT_ROOT = 0x8000;
  private static final long TABLES = 0x3000;

  private final MemorySegment memory = MemorySegment.ofArray(new long[(int) (SLOT / 8)]);
  private final SlotLayout layout =
      SlotLayout.builder().slot(0, SLOT, Set.of(), Backing.of(memory)).build();
  private final NestedRole role = NestedRole.kvm(TwoStageMatrix.FOUR_LEVEL, TwoStageMatrix.EPT4);

  /** One page of 2 MiB at 0 in stage 2; the guest's four tables one after the other. */
  LargeStage2PageTest() {
    store(EPT_ROOT, 0x9000 | EPT_ALL);
    store(0x9000, 0xA000 | EPT_ALL);
    store(0xA000, EPT_LEAF | EptBits.PAGE);
    for (int i = 0; i < 3; i++) {
      store(TABLES + i * 0x1000L, TABLES + (i + 1) * 0x1000L | GUEST_ALL);
    }
    store(TABLES + 0x3000, GUEST_ALL);
  }

  private void store(long gpa, long entry) {
    memory.set(ValueLayout.JAVA_LONG, gpa, entry);
  }

  private static long walk(NestedWalker walker, long cr3) {
    NestedState state = new NestedState();
    state.stage2().root(EPT_ROOT);
    state.guest().cr3(cr3);
    return walker.walk(state, 0, Access.READ);
  }

  private void assertBothAnswerAlike(long cr3) {
    long expected = walk(new InterpretedNestedWalker(role, layout), cr3);
    long got = walk(new Stamper().stamp(role, layout), cr3);
    assertEquals(NestedResult.toString(expected), NestedResult.toString(got));
  }

  @Test
  @DisplayName("a table inside the slot is found")
  void inside() {
    assertFalse(WalkResult.isFault(walk(new Stamper().stamp(role, layout), TABLES)));
    assertBothAnswerAlike(TABLES);
  }

  @Test
  @DisplayName("a table behind the slot is in a hole, not at the same place in the slot")
  void behind() {
    assertBothAnswerAlike(SLOT + TABLES);
  }
}
