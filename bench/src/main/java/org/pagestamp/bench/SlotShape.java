package org.pagestamp.bench;

import java.util.List;
import java.util.stream.IntStream;

/** How many memory slots an image has, and which of them hold its page tables. */
public enum SlotShape {
  /** One slot holds everything. */
  ONE("1 slot", List.of(new Range(0, 16 << 20)), 1),

  /** Tables and pages in a slot larger than the other seven, as in most machines. */
  EIGHT_MAIN("8 slots, tables in the main one", oneMainOf(8), 1),

  /** Tables and pages spread at random over eight slots of equal size: the worst case. */
  EIGHT_SPREAD("8 slots, tables in all", equal(8), 8);

  /** The gpas of a slot: first address and size in bytes. */
  record Range(long base, long byteSize) {}

  private static final int GAP = 1 << 20;

  private final String label;

  @SuppressWarnings("ImmutableEnumChecker") // unmodifiable, of records
  private final List<Range> slots;

  private final int inUse;

  SlotShape(String label, List<Range> slots, int inUse) {
    this.label = label;
    this.slots = slots;
    this.inUse = inUse;
  }

  private static List<Range> oneMainOf(int count) {
    int main = 16 << 20;
    int small = 1 << 20;
    return IntStream.range(0, count)
        .mapToObj(
            i -> i == 0 ? new Range(0, main) : new Range(main + i * (small + GAP) - small, small))
        .toList();
  }

  private static List<Range> equal(int count) {
    int size = 2 << 20;
    return IntStream.range(0, count)
        .mapToObj(i -> new Range((long) i * (size + GAP), size))
        .toList();
  }

  /** The shape in words. */
  String label() {
    return label;
  }

  /** The slots, lowest address first, with holes between them. */
  List<Range> slots() {
    return slots;
  }

  /** The slots that hold tables and pages; the others are there to be told apart from them. */
  List<Range> slotsInUse() {
    return slots.subList(0, inUse);
  }

  /** The end of the highest slot. */
  long end() {
    Range last = slots.getLast();
    return last.base() + last.byteSize();
  }
}
