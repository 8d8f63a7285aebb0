package org.pagestamp.codegen;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.slot.AccessorBacking;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SegmentBacking;
import org.pagestamp.slot.SlotLayout;

/**
 * What is folded of a slot layout: a numbering of the slots, which of them is likely to hold page
 * tables, and what no slot of the layout needs.
 *
 * <p>Writable slots have the lower numbers, so that "is slot n writable" is one comparison, and no
 * question at all where all slots are alike.
 */
final class SlotPlan {
  /** Up to this many slots are told apart by compares in the code, more by a table. */
  static final int MOST_IN_TREE = 8;

  private final SlotLayout layout;
  private final List<MemSlot> slots;
  private final int writable;
  private final int likely;
  private final long end;
  private final boolean hasAccessors;
  private final boolean hasSegments;
  private final boolean logsDirtyPages;
  private final boolean logsAnyPages;
  private final MemorySegment sharedSegment;
  private SlotTable table;
  private boolean scattered;

  SlotPlan(SlotLayout layout) {
    this.layout = layout;
    List<MemSlot> numbered = new ArrayList<>(layout.slots());
    numbered.sort(Comparator.comparing(MemSlot::isReadOnly)); // stable: by base within a kind
    slots = List.copyOf(numbered);
    writable = (int) slots.stream().filter(slot -> !slot.isReadOnly()).count();
    likely = largest(slots);
    end = slots.stream().mapToLong(slot -> slot.baseGpa() + slot.byteSize()).max().orElse(0);
    hasAccessors = slots.stream().anyMatch(slot -> slot.backing() instanceof AccessorBacking);
    hasSegments = slots.stream().anyMatch(slot -> slot.backing() instanceof SegmentBacking);
    logsDirtyPages = slots.stream().anyMatch(slot -> !slot.isReadOnly() && slot.dirtyLog() != null);
    logsAnyPages = slots.stream().anyMatch(slot -> slot.dirtyLog() != null);
    sharedSegment = sharedSegment(slots);
  }

  private static int largest(List<MemSlot> slots) {
    int largest = slots.isEmpty() ? -1 : 0;
    for (int i = 1; i < slots.size(); i++) {
      if (slots.get(i).pages() > slots.get(largest).pages()) {
        largest = i;
      }
    }
    return largest;
  }

  private static MemorySegment sharedSegment(List<MemSlot> slots) {
    MemorySegment shared = null;
    for (MemSlot slot : slots) {
      if (!(slot.backing() instanceof SegmentBacking(MemorySegment segment, long offset))
          || offset < 0
          || (shared != null && !shared.equals(segment))) {
        return null;
      }
      shared = segment;
    }
    return shared;
  }

  SlotLayout layout() {
    return layout;
  }

  /** The slots; their positions here are their numbers in the generated class. */
  List<MemSlot> slots() {
    return slots;
  }

  MemSlot slot(int number) {
    return slots.get(number);
  }

  int count() {
    return slots.size();
  }

  /** Slots with numbers below this are writable, the others read-only. */
  int writable() {
    return writable;
  }

  boolean allWritable() {
    return writable == slots.size();
  }

  boolean allReadOnly() {
    return writable == 0;
  }

  boolean isWritable(int number) {
    return number < writable;
  }

  /** Number of the largest slot, which is tested first; -1 without slots. */
  int likely() {
    return likely;
  }

  boolean hasSlots() {
    return likely >= 0;
  }

  /** Whether the largest slot is so much larger than any other that tables are expected in it. */
  boolean likelyDominates() {
    long least = slot(likely).pages() / 2;
    return IntStream.range(0, slots.size())
        .allMatch(number -> number == likely || slot(number).pages() <= least);
  }

  /** The end of the highest slot; 0 without slots. */
  long end() {
    return end;
  }

  /**
   * The address bits that are the same for all pages of the likely slot and for no other page, or 0
   * if there are none: the slot's size is no power of two or its base not aligned to it.
   */
  long likelyBits() {
    MemSlot slot = slot(likely);
    long size = slot.byteSize();
    boolean aligned = Long.bitCount(size) == 1 && (slot.baseGpa() & (size - 1)) == 0;
    return aligned ? EntryBits.FRAME & -size : 0;
  }

  /** The table of the slots, or null if they are too scattered for one. */
  SlotTable table() {
    if (table == null && !scattered) {
      table = SlotTable.of(slots);
      scattered = table == null;
    }
    return table;
  }

  /** Whether slots are told apart by a table. */
  boolean usesTable() {
    return slots.size() > MOST_IN_TREE;
  }

  /** The segment that all slots lie in, or null if they lie in several. */
  MemorySegment sharedSegment() {
    return sharedSegment;
  }

  boolean isAccessor(int number) {
    return slot(number).backing() instanceof AccessorBacking;
  }

  boolean hasAccessors() {
    return hasAccessors;
  }

  boolean hasSegments() {
    return hasSegments;
  }

  /**
   * Whether entries may be read before those that lead to them are judged: there is memory, and no
   * accessor, whose reads may have effects.
   */
  boolean allowsEarlyReads() {
    return hasSlots() && !hasAccessors;
  }

  /** Whether accessed and dirty bits can go into a slot that logs dirty pages. */
  boolean logsDirtyPages() {
    return logsDirtyPages;
  }

  /** Whether any slot logs dirty pages, a read-only one included. */
  boolean logsAnyPages() {
    return logsAnyPages;
  }
}
