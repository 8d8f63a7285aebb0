package org.pagestamp.interpreter;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pagestamp.mode.CpuFeatures;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.DirtyLog;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.slot.UpdateMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;

/**
 * Accessed and dirty bits in a {@code byte[]}, which cannot be updated atomically. It is a slot at
 * 0x10000 that logs dirty pages; the table of level n is its page n.
 */
class SingleVcpuUpdateTest {
  private static final long BASE = 0x10000;
  private static final int PAGE_SHIFT = 12;

  private final byte[] bytes = new byte[0x6000];
  private final VcpuState vcpu = new VcpuState();
  private DirtyLog log;

  @ParameterizedTest
  @EnumSource(names = {"TWO_LEVEL", "FOUR_LEVEL"})
  void everyLevelGetsItsBitsAndItsPageIsMarked(PagingMode mode) {
    for (int level = mode.topLevel(); level > 1; level--) {
      entry(level, level - 1);
    }
    entry(1, 5);
    byte[] expected = bytes.clone();
    for (int level = mode.topLevel(); level > 0; level--) {
      expected[level << PAGE_SHIFT] |= (byte) (level == 1 ? 0x60 : 0x20);
    }
    assertEquals(BASE + 0x5000, write(mode));
    assertArrayEquals(expected, bytes);
    assertEquals((1L << (mode.topLevel() + 1)) - 2, log.get()[0]);
  }

  @ParameterizedTest
  @EnumSource(names = {"TWO_LEVEL", "FOUR_LEVEL"})
  void anEntryUsedAtSeveralLevelsGetsTheUnionOfItsBits(PagingMode mode) {
    int top = mode.topLevel();
    entry(top, top);
    assertEquals(BASE + top * 0x1000L, write(mode));
    assertEquals(0x67, bytes[top << PAGE_SHIFT]);
    assertEquals(1L << top, log.get()[0]);
  }

  /** Entry 0 of a level's table: a page of the slot, with P, W and U. */
  private void entry(int level, int page) {
    bytes[level << PAGE_SHIFT] = 7;
    bytes[(level << PAGE_SHIFT) + 1] = (byte) (page << 4);
    bytes[(level << PAGE_SHIFT) + 2] = 1;
  }

  /** Where a write to gva 0 goes. */
  private long write(PagingMode mode) {
    SlotLayout layout =
        SlotLayout.builder()
            .updateMode(UpdateMode.SINGLE_VCPU)
            .slot(BASE, bytes.length, Set.of(SlotFlag.LOG_DIRTY_PAGES), Backing.of(bytes))
            .build();
    log = layout.slots().getFirst().dirtyLog();
    vcpu.cr3(BASE + mode.topLevel() * 0x1000L);
    Role role = Role.of(mode, CpuFeatures.intel(46));
    return WalkResult.pageGpa(new InterpretedWalker(role, layout).walk(vcpu, 0, Access.WRITE));
  }
}
