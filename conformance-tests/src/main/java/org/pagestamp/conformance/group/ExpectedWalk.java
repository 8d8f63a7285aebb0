package org.pagestamp.conformance.group;

import static org.pagestamp.conformance.rules.PagingRules.A;
import static org.pagestamp.conformance.rules.PagingRules.D;
import static org.pagestamp.conformance.rules.PagingRules.FRAME;
import static org.pagestamp.conformance.rules.PagingRules.NX;
import static org.pagestamp.conformance.rules.PagingRules.P;
import static org.pagestamp.conformance.rules.PagingRules.PS;
import static org.pagestamp.conformance.rules.PagingRules.U;
import static org.pagestamp.conformance.rules.PagingRules.W;

import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.mode.Role;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;

/**
 * What must come of an access, by {@link PagingRules}, in this order (Intel SDM vol. 3, section
 * 4.7; KVM where the manual leaves a choice): the address; then level by level a table in no slot,
 * P, reserved bits; at the leaf the rights of all levels and the key together; last A and D, from
 * the root down, never in read-only slots, and only if nothing failed.
 */
final class ExpectedWalk {
  private static final int P_CODE = 1;
  private static final int RSVD_CODE = 8;
  private static final int PK_CODE = 0x20;

  private final PagingRules rules;
  private final PagingMode mode;
  private final ExpectedMemory memory;
  private final int width;
  private final int top;
  private final long[] pdptes = new long[4];
  private final long[] gpas = new long[6];
  private final long[] entries = new long[6];
  private final long[] after = new long[6];
  private final int[] slots = new int[6];
  private long cr3;
  private int pkru;
  private int pkrs;
  private int lowest;

  ExpectedWalk(Role role, ExpectedMemory memory) {
    this.rules = new PagingRules(role);
    this.mode = role.mode();
    this.memory = memory;
    this.width = PagingRules.entryBytes(mode);
    this.top = PagingRules.levelsInMemory(mode);
  }

  PagingRules rules() {
    return rules;
  }

  void keys(int userKeys, int supervisorKeys) {
    pkru = userKeys;
    pkrs = supervisorKeys;
  }

  /** MOV to CR3; false if it must be refused with #GP, and then nothing changes. */
  boolean loadCr3(long value) {
    if (PagingRules.isLong(mode) && (value & PagingRules.bits(60, rules.maxPhyAddr)) != 0) {
      return false;
    }
    if (mode == PagingMode.PAE) {
      long table = value & PagingRules.bits(31, 5);
      int slot = memory.slotOf(table);
      if (slot < 0) {
        return false;
      }
      long[] loaded = new long[4];
      for (int i = 0; i < 4; i++) {
        loaded[i] = memory.load(slot, table + i * 8L);
        if ((loaded[i] & P) != 0 && (loaded[i] & rules.reserved(3, loaded[i])) != 0) {
          return false;
        }
      }
      System.arraycopy(loaded, 0, pdptes, 0, 4);
    }
    cr3 = value;
    return true;
  }

  /** The right answer; memory stays as it is. Afterwards {@link #after} tells what it must be. */
  long access(long gva, int access) {
    long answer = translate(gva, access);
    if (!WalkResult.isFault(answer) && mode != PagingMode.NO_PAGING) {
      boolean write = (access & Access.WRITE) != 0;
      for (int level = top; level >= lowest; level--) {
        set(gpas[level], wanted(level, write) & (A | D));
      }
      answer |= after[lowest] & (A | D);
      answer |= write && (after[lowest] & D) == 0 ? WalkResult.CLEAN_WRITE : 0;
    }
    return answer;
  }

  /** What an entry becomes by a success: A, and D of a written leaf, but not in read-only slots. */
  long wanted(int level, boolean write) {
    long set = level == lowest && write ? A | D : A;
    return memory.isReadOnly(slots[level]) ? entries[level] : entries[level] | set;
  }

  /** Sets bits of an entry, which several levels share if a table is its own child. */
  private void set(long gpa, long bits) {
    for (int level = top; level >= lowest; level--) {
      if (gpas[level] == gpa) {
        after[level] |= bits;
      }
    }
  }

  /** The answer but for what A and D are after it; records the entries. */
  long translate(long gva, int access) {
    lowest = top + 1;
    if (!rules.isCanonical(gva)) {
      return WalkResult.fault(FaultReason.NON_CANONICAL, 0, 0);
    }
    if (mode == PagingMode.NO_PAGING) {
      return withSlot((gva & 0xFFFF_F000L) | P | W | U | A | D | WalkResult.levelBits(0));
    }
    long table = cr3 & (width == 4 ? 0xFFFF_F000L : FRAME);
    if (mode == PagingMode.PAE) {
      long pdpte = pdptes[PagingRules.index(mode, 3, gva)];
      if ((pdpte & P) == 0) {
        return WalkResult.fault(FaultReason.NOT_PRESENT, rules.codeOf(access), 3);
      }
      table = pdpte & FRAME;
    }
    boolean w = true;
    boolean u = true;
    boolean nx = false;
    int level = top;
    while (true) {
      long gpa = table + (long) PagingRules.index(mode, level, gva) * width;
      int slot = memory.slotOf(gpa);
      if (slot < 0) {
        return WalkResult.fault(FaultReason.TABLE_IN_NO_SLOT, rules.codeOf(access), level);
      }
      long entry = memory.load(slot, gpa);
      record(level, gpa, entry, slot);
      if ((entry & P) == 0) {
        return WalkResult.fault(FaultReason.NOT_PRESENT, rules.codeOf(access), level);
      }
      if ((entry & rules.reserved(level, entry)) != 0) {
        int code = rules.codeOf(access) | P_CODE | RSVD_CODE;
        return WalkResult.fault(FaultReason.RESERVED_BIT, code, level);
      }
      w &= (entry & W) != 0;
      u &= (entry & U) != 0;
      nx |= (entry & NX) != 0;
      if (rules.isLeaf(level, entry)) {
        return atLeaf(gva, access, entry, w, u, nx);
      }
      table = entry & FRAME;
      level--;
    }
  }

  private void record(int level, long gpa, long entry, int slot) {
    lowest = level;
    gpas[level] = gpa;
    entries[level] = entry;
    after[level] = entry;
    slots[level] = slot;
  }

  private long atLeaf(long gva, int access, long leaf, boolean w, boolean u, boolean nx) {
    int key = PagingRules.isLong(mode) ? (int) (leaf >>> PagingRules.KEY_SHIFT) & 0xF : 0;
    boolean rightsForbid = rules.rightsForbid(access, w, u, nx);
    boolean keyForbids = rules.keyForbids(access, u, key, pkru, pkrs);
    if (rightsForbid || keyForbids) {
      return WalkResult.fault(
          rightsForbid ? FaultReason.PERMISSION : FaultReason.PROTECTION_KEY,
          rules.codeOf(access) | P_CODE | (keyForbids ? PK_CODE : 0),
          lowest);
    }
    long offsetBits = (1L << PagingRules.shift(mode, lowest)) - 1;
    long answer = (leaf & FRAME & ~offsetBits) | (gva & offsetBits & FRAME);
    if (width == 4 && lowest == 2) {
      answer |= (leaf >>> 13 & 0xF) << 32; // PSE-36
    }
    answer |= P | (w ? W : 0) | (u ? U : 0) | (nx ? NX : 0);
    answer |= WalkResult.levelBits(lowest);
    answer |= leaf & (PagingRules.PWT | PagingRules.PCD | PagingRules.G);
    answer |= (leaf & (lowest == 1 ? PS : 1L << 12)) != 0 ? PS : 0; // PAT, in the answer bit 7
    answer |= (long) key << PagingRules.KEY_SHIFT;
    return withSlot(answer);
  }

  private long withSlot(long answer) {
    int slot = memory.slotOf(answer & FRAME);
    if (slot < 0) {
      return answer | WalkResult.NO_SLOT;
    }
    return memory.isReadOnly(slot) ? answer | WalkResult.READ_ONLY_SLOT : answer;
  }

  /** The highest level whose entry a walk reads. */
  int top() {
    return top;
  }

  /** The lowest level whose entry the last walk read; one above {@link #top} if it read none. */
  int lowest() {
    return lowest;
  }

  long gpa(int level) {
    return gpas[level];
  }

  int slot(int level) {
    return slots[level];
  }

  long before(int level) {
    return entries[level];
  }

  long after(int level) {
    return after[level];
  }
}
