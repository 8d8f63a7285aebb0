package org.pagestamp.tlb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.EnumSet;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.MemorySlots;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/**
 * A guest with one TLB, in 4-level paging with PCIDs, WP, PGE and NXE; PCID 1 has the root {@link
 * #ROOT}. Gva below 2 MiB go through the table {@link #TABLE}, and {@link #LARGE} is the 2 MiB page
 * behind; {@link #OTHER_ROOT} leads to {@link #OTHER_TABLE} in the same way.
 */
final class TlbGuest {
  static final long P = 1;
  static final long W = 1 << 1;
  static final long U = 1 << 2;
  static final long A = 1 << 5;
  static final long D = 1 << 6;
  static final long PS = 1 << 7;
  static final long G = 1 << 8;
  static final long NX = 1L << 63;
  static final long ALL = P | W | U | A | D;

  static final long ROOT = 0x1000;
  static final long DIRECTORY = 0x3000;
  static final long TABLE = 0x4000;
  static final long OTHER_ROOT = 0x5000;
  static final long OTHER_TABLE = 0x8000;

  /** A gva with an entry of its own in {@link #TABLE}. */
  static final long PAGE = 0x5000;

  /** What {@link #TABLE} has for it at first. */
  static final long MAPPED = 0x10_0000 | ALL;

  /** A large page; its entry is the second of {@link #DIRECTORY}. */
  static final long LARGE = 0x20_0000;

  static final long CR0 = ControlBits.CR0_PG | ControlBits.CR0_PE | ControlBits.CR0_WP;
  static final long CR4 = ControlBits.CR4_PAE | ControlBits.CR4_PGE | ControlBits.CR4_PCIDE;
  static final long EFER = ControlBits.EFER_LME | ControlBits.EFER_LMA | ControlBits.EFER_NXE;
  static final long KEEP = ControlBits.CR3_NO_FLUSH;

  static final int RAM = 0x40_0000;

  final long[] ram = new long[RAM / Long.BYTES];
  final MemorySlots slots = new MemorySlots();
  final Mmu mmu;
  final SoftwareTlb tlb;

  TlbGuest() {
    this(64, 2);
  }

  TlbGuest(int sets, int ways) {
    slots.create(0, 0, RAM, EnumSet.noneOf(SlotFlag.class), Backing.of(ram));
    mmu = Mmu.builder().memory(slots).build();
    for (long root : new long[] {ROOT, OTHER_ROOT}) {
      entry(root, 0, (root + 0x1000) | ALL);
      entry(root, 511, (root + 0x1000) | ALL);
      entry(root + 0x1000, 0, (root + 0x2000) | ALL);
      entry(root + 0x2000, 0, (root + 0x3000) | ALL);
      entry(root + 0x2000, 1, LARGE | ALL | PS);
    }
    map(PAGE, MAPPED);
    entry(OTHER_TABLE, index(PAGE), 0x11_0000 | ALL);
    tlb = new SoftwareTlb(mmu, sets, ways);
    mmu.restore(CR0, ROOT | 1, CR4, EFER);
  }

  /** The index of an address in its table of 4-KiB pages. */
  static int index(long gva) {
    return (int) (gva >>> 12) & 511;
  }

  void entry(long table, int index, long value) {
    ram[(int) (table / Long.BYTES) + index] = value;
  }

  long entry(long table, int index) {
    return ram[(int) (table / Long.BYTES) + index];
  }

  /** Stores an entry of {@link #TABLE}; the TLB does not hear of it. */
  void map(long gva, long entry) {
    entry(TABLE, index(gva), entry);
  }

  /** Asserts that a translation walks, and returns what it finds. */
  long walks(long gva, int access) {
    return translated(gva, access, 1);
  }

  /** Asserts that a translation is a hit, and returns it. */
  long hits(long gva, int access) {
    long result = translated(gva, access, 0);
    assertFalse(WalkResult.isFault(result));
    return result;
  }

  private long translated(long gva, int access, int walks) {
    long before = tlb.walks();
    long result = tlb.translate(gva, access);
    assertEquals(
        walks, tlb.walks() - before, () -> "walks for 0x" + Long.toHexString(gva) + ", " + mmu);
    return result;
  }

  /** Fills an entry by a read and sees that it is there. */
  void fill(long gva) {
    long result = tlb.translate(gva, Access.READ);
    assertEquals(result, hits(gva, Access.READ));
  }

  static void assertLeadsTo(long gpa, long result) {
    assertEquals(
        "0x" + Long.toHexString(gpa), "0x" + Long.toHexString(result & ~0xFFFL & (1L << 52) - 1));
    assertFalse(WalkResult.isFault(result));
  }
}
