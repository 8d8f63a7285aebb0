package org.pagestamp.conformance.tlb;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.vcpu.RegisterWrite;
import org.pagestamp.walk.WalkResult;

/**
 * What a TLB without limits would keep, by the rules of Intel SDM vol. 3, section 4.10.4, written
 * to be read: whatever is not here, no TLB may answer with.
 */
final class IdealTlb {
  /** In place of the PCID of a global translation. */
  private static final int GLOBAL = -1;

  private record Key(int pcid, long page) {}

  private final Map<Key, Kept> kept = new HashMap<>();

  /** What may answer for a page: a translation of the PCID and a global one. */
  List<Kept> find(int pcid, long page) {
    List<Kept> found = new ArrayList<>();
    for (int tag : new int[] {pcid, GLOBAL}) {
      Kept one = kept.get(new Key(tag, page));
      if (one != null) {
        found.add(one);
      }
    }
    return found;
  }

  void put(int pcid, boolean global, long page, Kept one) {
    kept.put(new Key(global ? GLOBAL : pcid, page), one);
  }

  Collection<Kept> all() {
    return kept.values();
  }

  private void drop(Predicate<Key> which) {
    kept.keySet().removeIf(which);
  }

  void dropAll() {
    kept.clear();
  }

  void dropNonGlobal() {
    drop(key -> key.pcid != GLOBAL);
  }

  void dropPcid(int pcid) {
    drop(key -> key.pcid == pcid);
  }

  /** After a page fault. */
  void dropPage(int pcid, long page) {
    drop(key -> key.page == page && (key.pcid == pcid || key.pcid == GLOBAL));
  }

  /** INVLPG, or INVPCID of an address where global translations stay. */
  void dropAddress(int pcid, long page, boolean globals, PagingMode mode) {
    kept.entrySet()
        .removeIf(
            entry -> {
              int tag = entry.getKey().pcid;
              int level = entry.getValue().level;
              long size = level > 1 ? mode.level(level).pageSize() : MemSlot.PAGE_SIZE;
              boolean same = Long.compareUnsigned(entry.getKey().page ^ page, size) < 0;
              return same && (tag == pcid || (globals && tag == GLOBAL));
            });
  }

  void registerWritten(RegisterWrite write, int pcid) {
    switch (write) {
      case FLUSH_ALL -> dropAll();
      case FLUSH_NON_GLOBAL -> dropNonGlobal();
      case PCID_LOADED -> dropPcid(pcid);
      default -> {}
    }
  }

  /**
   * Slots have changed: pages that another kind of slot holds go; all if tables that were read may
   * be gone, be others, or take bits that they did not.
   */
  void layoutChanged(SlotLayout before, SlotLayout after) {
    for (MemSlot was : before.slots()) {
      MemSlot is = after.find(was.baseGfn());
      if (is == null
          || is.baseGfn() != was.baseGfn()
          || is.pages() != was.pages()
          || !is.backing().equals(was.backing())
          || (was.isReadOnly() && !is.isReadOnly())) {
        dropAll();
        return;
      }
    }
    kept.values()
        .removeIf(
            one -> {
              long gfn = WalkResult.pageGpa(one.word) >>> MemSlot.PAGE_SHIFT;
              return !kind(before.find(gfn)).equals(kind(after.find(gfn)));
            });
  }

  private static String kind(MemSlot slot) {
    return slot == null ? "none" : slot.isReadOnly() ? "rom" : "ram";
  }
}
