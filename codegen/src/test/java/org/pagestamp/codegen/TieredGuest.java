package org.pagestamp.codegen;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Set;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.VcpuState;

/**
 * Two MiB of memory with dirty log and 4-level tables in pages 1 to 4, which map 64 pages from 0x40
 * on at gva 0; A and D are clear.
 */
final class TieredGuest {
  static final int PAGES = 64;
  static final long RIGHTS = EntryBits.P | EntryBits.W | EntryBits.U;

  final long[] words = new long[512 * 512];
  final SlotLayout layout;
  final VcpuState vcpu = new VcpuState();

  TieredGuest() {
    layout = layoutOf(Backing.of(MemorySegment.ofArray(words)));
    vcpu.cr3(0x1000);
    for (int level = 4; level > 1; level--) {
      words[(5 - level) * 512] = (6 - level) * 0x1000L | RIGHTS;
    }
    for (int page = 0; page < PAGES; page++) {
      words[4 * 512 + page] = (0x40 + page) * 0x1000L | RIGHTS;
    }
  }

  static SlotLayout layoutOf(Backing backing) {
    return SlotLayout.builder().slot(0, 2 << 20, Set.of(SlotFlag.LOG_DIRTY_PAGES), backing).build();
  }

  /** The page of a gva, as every walk must find it. */
  static long gpa(long gva) {
    return 0x4_0000 + gva;
  }

  static long gva(int i) {
    return (i % PAGES) * 0x1000L;
  }

  /** Clears A and D everywhere and the dirty log. */
  void age() {
    Arrays.setAll(words, i -> words[i] & ~(EntryBits.A | EntryBits.D));
    long[] _ = layout.slots().getFirst().dirtyLog().getAndClear();
  }

  long dirtyPages() {
    return layout.slots().getFirst().dirtyLog().count();
  }
}
