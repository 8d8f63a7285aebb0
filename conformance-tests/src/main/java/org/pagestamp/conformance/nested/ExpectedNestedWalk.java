package org.pagestamp.conformance.nested;

import java.util.List;
import org.pagestamp.conformance.rules.PagingRules;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.nested.NestedOption;
import org.pagestamp.nested.NestedRole;
import org.pagestamp.nested.PdpteAccess;
import org.pagestamp.nested.TableAccess;
import org.pagestamp.stage2.Stage2Access;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.Cr3Load;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/**
 * What must come of a guest's access over stage 2: each table of the guest is looked for through
 * stage 2 before its entry is read; its rights are checked once all entries are known; then the
 * page goes through stage 2; last the guest's accessed and dirty bits are set (KVM's {@code
 * walk_addr_generic}; Intel SDM vol. 3, section 28.3; AMD APM vol. 2, section 15.25).
 *
 * <p>Answers are {@link org.pagestamp.nested.NestedResult} words, of which the part of stage 2 is
 * put together here from what that class documents.
 */
final class ExpectedNestedWalk {
  private static final long DONE = 1;
  private static final int TABLE_READ = Stage2Access.TABLE | Stage2Access.READ;
  private static final int TABLE_WRITE = TABLE_READ | Stage2Access.WRITE;

  private final NestedRole role;
  private final PagingRules rules;
  private final PagingMode mode;
  private final ModelMemory memory;
  private final ExpectedStage2Walk stage2;
  private final int width;
  private final boolean pdptesInMemory;
  private final int top;
  private final long[] pdptes = new long[4];
  private final long[] asked = new long[6];
  private final long[] gpas = new long[6];
  private final long[] entries = new long[6];
  private final int[] slots = new int[6];
  private long cr3;
  private int pkru;
  private int pkrs;
  private int lowest;
  private int tries;
  private long guestGpa;
  private long page;
  private List<String> trace;

  ExpectedNestedWalk(NestedRole role, ModelMemory memory) {
    this.role = role;
    this.memory = memory;
    rules = new PagingRules(role.guest());
    mode = role.guest().mode();
    stage2 = new ExpectedStage2Walk(role.stage2(), memory);
    width = PagingRules.entryBytes(mode);
    pdptesInMemory = mode == PagingMode.PAE && role.pdpteAccess() == PdpteAccess.IN_WALK;
    top = PagingRules.levelsInMemory(mode);
  }

  ExpectedStage2Walk stage2() {
    return stage2;
  }

  void keys(int userKeys, int supervisorKeys) {
    pkru = userKeys;
    pkrs = supervisorKeys;
  }

  /** After a success: where the guest's own tables led. */
  long guestGpa() {
    return guestGpa;
  }

  /** After a success: how stage 2 translated it. */
  long page() {
    return page;
  }

  /** After a fault of stage 2: the address told. */
  long faultGpa() {
    boolean frame = role.has(NestedOption.PAGE_ALIGNED_FAULTS);
    return frame ? stage2.gpa() & -0x1000L : stage2.gpa();
  }

  /** Tells the entries that walks read from now on; null for no more. */
  void trace(List<String> lines) {
    trace = lines;
    stage2.trace(lines);
  }

  /** MOV to CR3. */
  Cr3Load loadCr3(long value) {
    tries = 1;
    if (PagingRules.isLong(mode) && (value & PagingRules.bits(60, rules.maxPhyAddr)) != 0) {
      return Cr3Load.CR3_RESERVED_BIT;
    }
    if (mode == PagingMode.PAE && !pdptesInMemory) {
      long table = value & PagingRules.bits(31, 5);
      boolean asTable = role.pdpteAccess() == PdpteAccess.LOADED_AS_TABLE;
      long found = throughStage2(table, asTable ? TABLE_WRITE : Stage2Access.READ);
      if (WalkResult.isFault(found)) {
        return Cr3Load.STAGE2_FAULT;
      }
      Cr3Load load = loadPdptes((found & PagingRules.FRAME) | (table & 0xFFF));
      if (load != Cr3Load.LOADED) {
        return load;
      }
    }
    cr3 = value;
    return Cr3Load.LOADED;
  }

  private Cr3Load loadPdptes(long table) {
    int slot = memory.slotOf(table);
    if (slot < 0) {
      return Cr3Load.PDPTES_IN_NO_SLOT;
    }
    long[] loaded = new long[4];
    for (int i = 0; i < 4; i++) {
      loaded[i] = memory.load(slot, table + i * 8L, 8);
      if ((loaded[i] & PagingRules.P) != 0 && (loaded[i] & rules.reserved(3, loaded[i])) != 0) {
        return Cr3Load.PDPTE_RESERVED_BIT;
      }
    }
    System.arraycopy(loaded, 0, pdptes, 0, 4);
    return Cr3Load.LOADED;
  }

  /** The right answer; memory becomes what it must be. */
  long walk(long gva, int access) {
    tries = 1;
    do {
      long answer = translate(gva, access);
      long done = WalkResult.isFault(answer) ? answer : setBits(access);
      if (done == DONE) {
        return answer;
      }
      if (done != ExpectedStage2Walk.AGAIN) {
        return done;
      }
    } while (tries++ < Walker.MAX_TRIES);
    return fault(FaultReason.UPDATE_CONTENDED, access, 0, 0);
  }

  private long throughStage2(long gpa, int access) {
    do {
      long found = stage2.attempt(gpa, access);
      if (found != ExpectedStage2Walk.AGAIN) {
        return found;
      }
    } while (tries++ < Walker.MAX_TRIES);
    return stage2.fault(ExpectedStage2Walk.CONTENDED, access, 0, 0);
  }

  private long translate(long gva, int access) {
    lowest = top + 1;
    if (!rules.isCanonical(gva)) {
      return WalkResult.fault(FaultReason.NON_CANONICAL, 0, 0);
    }
    long address = PagingRules.isLong(mode) ? gva : gva & 0xFFFF_FFFFL;
    if (mode == PagingMode.NO_PAGING) {
      long all = PagingRules.P | PagingRules.W | PagingRules.U | PagingRules.A | PagingRules.D;
      return page(address, access, all | WalkResult.levelBits(0));
    }
    long table = cr3 & (width == 4 ? 0xFFFF_F000L : PagingRules.FRAME);
    int level = top;
    if (pdptesInMemory) {
      table = cr3 & PagingRules.bits(31, 5);
      level = 3;
    } else if (mode == PagingMode.PAE) {
      long pdpte = pdptes[PagingRules.index(mode, 3, address)];
      if ((pdpte & PagingRules.P) == 0) {
        return fault(FaultReason.NOT_PRESENT, access, 0, 3);
      }
      table = pdpte & PagingRules.FRAME;
    }
    long bits = -1;
    while (true) {
      long gpa = table + (long) PagingRules.index(mode, level, address) * width;
      tell("guest's entry of level ", level, gpa);
      boolean write = role.tableAccess() == TableAccess.WRITE;
      long found = throughStage2(gpa, write ? TABLE_WRITE : TABLE_READ);
      if (WalkResult.isFault(found)) {
        return found | (long) level << 13;
      }
      long at = (found & PagingRules.FRAME) | (gpa & 0xFFF);
      int slot = memory.slotOf(at);
      if (slot < 0) {
        return fault(FaultReason.TABLE_IN_NO_SLOT, access, 0, level);
      }
      long entry = memory.load(slot, at, width);
      tell("  in the slots, level ", level, at);
      tell("  which is, of level ", level, entry);
      if (level <= top) {
        lowest = level;
        asked[level] = gpa;
        gpas[level] = at;
        entries[level] = entry;
        slots[level] = slot;
        bits &= entry ^ PagingRules.NX;
      }
      if ((entry & PagingRules.P) == 0) {
        return fault(FaultReason.NOT_PRESENT, access, 0, level);
      }
      if ((entry & rules.reserved(level, entry)) != 0) {
        return fault(FaultReason.RESERVED_BIT, access, 9, level);
      }
      if (rules.isLeaf(level, entry)) {
        return atLeaf(address, access, entry, bits);
      }
      table = entry & PagingRules.FRAME;
      level--;
    }
  }

  private long atLeaf(long gva, int access, long leaf, long bits) {
    boolean w = (bits & PagingRules.W) != 0;
    boolean u = (bits & PagingRules.U) != 0;
    boolean nx = (bits & PagingRules.NX) == 0;
    int key = PagingRules.isLong(mode) ? (int) (leaf >>> PagingRules.KEY_SHIFT) & 0xF : 0;
    boolean rightsForbid = rules.rightsForbid(access, w, u, nx);
    boolean keyForbids = rules.keyForbids(access, u, key, pkru, pkrs);
    if (rightsForbid || keyForbids) {
      FaultReason reason = rightsForbid ? FaultReason.PERMISSION : FaultReason.PROTECTION_KEY;
      return fault(reason, access, 1 | (keyForbids ? 0x20 : 0), lowest);
    }
    long inPage = (1L << PagingRules.shift(mode, lowest)) - 1;
    long gpa = (leaf & PagingRules.FRAME & ~inPage) | (gva & inPage);
    if (width == 4 && lowest == 2) {
      gpa |= (leaf >>> 13 & 0xF) << 32;
    }
    boolean write = (access & Access.WRITE) != 0;
    long after = wanted(lowest, write);
    long answer = PagingRules.P | (w ? PagingRules.W : 0) | (u ? PagingRules.U : 0);
    answer |= nx ? PagingRules.NX : 0;
    answer |= WalkResult.levelBits(lowest);
    answer |= leaf & (PagingRules.PWT | PagingRules.PCD | PagingRules.G);
    answer |= after & (PagingRules.A | PagingRules.D);
    answer |= write && (after & PagingRules.D) == 0 ? WalkResult.CLEAN_WRITE : 0;
    answer |= (leaf & (lowest == 1 ? PagingRules.PS : 1L << 12)) != 0 ? PagingRules.PS : 0;
    answer |= (long) key << PagingRules.KEY_SHIFT;
    return page(gpa, access, answer);
  }

  /** Translates the page; {@code answer} lacks what stage 2 says. */
  private long page(long gpa, int access, long answer) {
    boolean userAccess = (access & Access.USER) != 0;
    boolean userPage = (answer & PagingRules.U) != 0;
    boolean user = stage2.rules().isEpt() ? userPage : userAccess;
    int kind = Stage2Access.READ;
    if ((access & Access.WRITE) != 0) {
      kind = Stage2Access.WRITE;
    } else if ((access & Access.FETCH) != 0) {
      kind = Stage2Access.FETCH;
    }
    tell("page, level ", 0, gpa);
    long found = throughStage2(gpa, kind | Stage2Access.FINAL | (user ? Stage2Access.USER : 0));
    if (WalkResult.isFault(found)) {
      boolean violation = (found >>> 8 & 3) == 1;
      return violation && stage2.rules().hasAdvancedInfo() ? found | advanced(answer) : found;
    }
    guestGpa = gpa;
    page = found;
    boolean execute = (found >>> (user ? 4 : 3) & 1) != 0;
    boolean withheld = (found >>> 54 & 1) != 0;
    long bits = (found >>> 1 & 1) << 54;
    bits |= (found >>> 2 & 1) != 0 && !withheld ? 1L << 55 : 0;
    bits |= execute ? 1L << 56 : 0;
    bits |= (found >>> 10 & 3) << 57;
    return answer | bits | (found & (PagingRules.FRAME | 3L << 52));
  }

  private static long advanced(long answer) {
    long bits = (answer & PagingRules.U) != 0 ? 1 << 9 : 0;
    bits |= (answer & PagingRules.W) != 0 ? 1 << 10 : 0;
    bits |= (answer & PagingRules.NX) != 0 ? 1 << 11 : 0;
    return bits << 32;
  }

  private long wanted(int level, boolean write) {
    long set = level == lowest && write ? PagingRules.A | PagingRules.D : PagingRules.A;
    return memory.isReadOnly(slots[level]) ? entries[level] : entries[level] | set;
  }

  /** {@link #DONE}, or again, or a fault of stage 2. */
  private long setBits(int access) {
    boolean write = (access & Access.WRITE) != 0;
    for (int level = top; level >= lowest; level--) {
      long set = level == lowest && write ? PagingRules.A | PagingRules.D : PagingRules.A;
      boolean due = (entries[level] & set) != set;
      if (due && role.tableAccess() == TableAccess.WRITE_TO_UPDATE) {
        tell("update of level ", level, asked[level]);
        long found = throughStage2(asked[level], TABLE_WRITE);
        if (WalkResult.isFault(found)) {
          return found | (long) level << 13;
        }
      }
      if (due && !memory.isReadOnly(slots[level])) {
        if (memory.load(slots[level], gpas[level], width) != entries[level]) {
          return ExpectedStage2Walk.AGAIN;
        }
        boolean guestFrame = role.has(NestedOption.GUEST_FRAME_MARKED);
        memory.storeMarking(
            slots[level],
            gpas[level],
            entries[level] | set,
            width,
            guestFrame ? asked[level] : gpas[level]);
      }
    }
    return DONE;
  }

  private long fault(FaultReason reason, int access, int cause, int level) {
    return WalkResult.fault(reason, cause | rules.codeOf(access), level);
  }

  private void tell(String what, int level, long number) {
    if (trace != null) {
      trace.add("  " + what + level + ": 0x" + Long.toHexString(number));
    }
  }
}
