package org.pagestamp.tlb;

import java.util.ArrayList;
import java.util.List;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SlotLayout;

/**
 * What a change of the memory slots leaves of cached translations.
 *
 * <p>A translation came from tables and leads to a page. Where memory is only added, or becomes
 * read-only, no walk reads other tables than before: only the pages in question are held by
 * something else. Memory that goes away, moves or becomes writable may have held the tables of any
 * translation, and nothing is kept, as with KVM and QEMU. Whether a slot logs dirty pages makes no
 * difference to a translation.
 */
final class LayoutChange {
  /** With more slots changed than this it is cheaper to drop all. */
  private static final int MOST_SLOTS = 8;

  private final List<MemSlot> changed = new ArrayList<>();
  private boolean all;

  LayoutChange(SlotLayout before, SlotLayout after) {
    int old = 0;
    for (MemSlot slot : after.slots()) {
      boolean known =
          old < before.slots().size() && before.slots().get(old).baseGfn() <= slot.baseGfn();
      if (known) {
        MemSlot was = before.slots().get(old++);
        if (!keepsTables(was, slot)) {
          all = true;
          return;
        }
        if (was.isReadOnly() == slot.isReadOnly()) {
          continue;
        }
      }
      changed.add(slot);
    }
    all = old < before.slots().size() || changed.size() > MOST_SLOTS;
  }

  /** Whether walks find in a slot's place the same entries as before, and can set no more bits. */
  private static boolean keepsTables(MemSlot was, MemSlot slot) {
    return was.baseGfn() == slot.baseGfn()
        && was.pages() == slot.pages()
        && was.backing().equals(slot.backing())
        && (slot.isReadOnly() || !was.isReadOnly());
  }

  /** Whether every translation has to go. */
  boolean dropsAll() {
    return all;
  }

  /** Whether translations to a page have to go, where not all have. */
  boolean drops(long gfn) {
    for (MemSlot slot : changed) {
      if (slot.contains(gfn)) {
        return true;
      }
    }
    return false;
  }
}
