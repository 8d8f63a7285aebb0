package org.pagestamp.example.tiny86;

import java.util.HashMap;
import java.util.Map;
import org.pagestamp.mode.ControlBits;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.vcpu.Mmu;
import org.pagestamp.vcpu.MmuListener;
import org.pagestamp.vcpu.RegisterWrite;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.WalkResult;

/**
 * A plain TLB with one mistake, or none. It keeps which kinds of access a walk has allowed for a
 * page; other kinds walk.
 */
final class FlawedTlb implements Tlb, MmuListener {
  private static final long GLOBAL = -1;

  private record Key(long pcid, long page) {}

  private record Entry(long result, int allowed) {}

  private final Mmu mmu;
  private final Flaw flaw;
  private final Map<Key, Entry> entries = new HashMap<>();
  private long hits;

  FlawedTlb(Mmu mmu, Flaw flaw) {
    this.mmu = mmu;
    this.flaw = flaw;
    mmu.listener(this);
  }

  @Override
  public long translate(long gva, int access) {
    long page = mmu.linearAddress(gva, access) >>> 12;
    Entry entry = entries.get(new Key(GLOBAL, page));
    if (entry == null) {
      entry = entries.get(new Key(pcid(), page));
    }
    if (entry != null && (entry.allowed & 1 << access) != 0) {
      hits++;
      return entry.result;
    }
    long result = mmu.translate(gva, access);
    if (!WalkResult.isFault(result)) {
      boolean global = WalkResult.isGlobal(result) && (mmu.cr4() & ControlBits.CR4_PGE) != 0;
      int allowed = allowed(result, access) | (entry == null ? 0 : entry.allowed);
      entries.put(new Key(global ? GLOBAL : pcid(), page), new Entry(result, allowed));
    }
    return result;
  }

  private int allowed(long result, int access) {
    int allowed = 1 << access;
    if (flaw == Flaw.CLEAN_PAGE_WRITABLE
        && WalkResult.isWritable(result)
        && (access & Access.FETCH) == 0) {
      allowed |= 1 << (access | Access.WRITE);
    }
    if (flaw == Flaw.KERNEL_RIGHTS_FOR_USERS
        && WalkResult.isUser(result)
        && (access & (Access.IMPLICIT | Access.AC)) == 0) {
      allowed |= 1 << (access | Access.USER);
    }
    if (flaw == Flaw.AC_IGNORED) {
      allowed |= 1 << (access & ~Access.AC);
    }
    return allowed;
  }

  private long pcid() {
    return flaw == Flaw.PCIDS_MIXED_UP ? 0 : mmu.pcid();
  }

  @Override
  public void invlpg(long gva) {
    if (flaw != Flaw.INVLPG_IGNORED) {
      drop(gva, pcid());
      if (flaw != Flaw.INVLPG_KEEPS_GLOBAL) {
        drop(gva, GLOBAL);
      }
    }
  }

  @Override
  public boolean invpcid(long type, long descriptor, long gva) {
    if (type < 0 || type > 3) {
      return false;
    }
    if (flaw == Flaw.INVPCID_IGNORED) {
      return true;
    }
    switch ((int) type) {
      case 0 -> drop(gva, descriptor);
      case 1 -> entries.keySet().removeIf(key -> key.pcid == descriptor);
      case 2 -> {
        if (flaw == Flaw.INVPCID_KEEPS_GLOBAL) {
          dropNonGlobal();
        } else {
          entries.clear();
        }
      }
      default -> dropNonGlobal();
    }
    return true;
  }

  /** Drops a page, all parts of it if it is large. */
  private void drop(long gva, long pcid) {
    long page = gva >>> 12;
    entries.remove(new Key(pcid, page));
    if (flaw != Flaw.INVLPG_OF_A_PART) {
      entries
          .entrySet()
          .removeIf(
              other ->
                  other.getKey().pcid == pcid
                      && WalkResult.isLarge(other.getValue().result)
                      && other.getKey().page >>> 10 == page >>> 10);
    }
  }

  private void dropNonGlobal() {
    entries.keySet().removeIf(key -> key.pcid != GLOBAL);
  }

  @Override
  public void registerWritten(RegisterWrite write) {
    switch (write) {
      case PCID_SWITCHED -> {}
      case PCID_LOADED -> {
        if (flaw != Flaw.CR3_WRITE_FLUSHES_NOTHING) {
          entries.keySet().removeIf(key -> key.pcid == pcid());
        }
      }
      case FLUSH_NON_GLOBAL -> {
        if (flaw != Flaw.CR3_WRITE_FLUSHES_NOTHING) {
          dropNonGlobal();
        }
      }
      case FLUSH_ALL -> {
        if (flaw != Flaw.MODE_CHANGE_FLUSHES_NOTHING) {
          entries.clear();
        }
      }
      default -> {
        if (flaw != Flaw.RIGHTS_STAY) {
          entries.clear();
        }
      }
    }
  }

  @Override
  public void layoutChanged(SlotLayout before, SlotLayout after) {
    entries.clear();
  }

  @Override
  public void a20Changed() {
    entries.clear();
  }

  @Override
  public long hits() {
    return hits;
  }
}
