package org.pagestamp.bench.image;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.pagestamp.slot.Backing;
import org.pagestamp.slot.SlotFlag;
import org.pagestamp.slot.SlotLayout;

/** How many memory slots an image has, what they are, and which of them hold its page tables. */
public enum SlotShape {
  /** One slot holds everything. */
  ONE("1 slot", 1, Placement.MAIN),
  /** Tables and pages in the larger of two slots. */
  TWO_MAIN("2 slots, tables in the main one", 2, Placement.MAIN),
  /** Tables and pages in a slot larger than the other seven, as in most machines. */
  EIGHT_MAIN("8 slots, tables in the main one", 8, Placement.MAIN),
  /** As {@link #EIGHT_MAIN} with more slots. */
  MAIN_32("32 slots, tables in the main one", 32, Placement.MAIN),
  /** As {@link #EIGHT_MAIN} with more slots. */
  MAIN_128("128 slots, tables in the main one", 128, Placement.MAIN),
  /** As {@link #EIGHT_MAIN} with more slots: the most that KVM had for long. */
  MAIN_509("509 slots, tables in the main one", 509, Placement.MAIN),
  /** As {@link #EIGHT_MAIN} with more slots. */
  MAIN_4096("4096 slots, tables in the main one", 4096, Placement.MAIN),
  /** As {@link #EIGHT_MAIN} with more slots: the most that KVM has for a guest. */
  MAIN_32764("32764 slots, tables in the main one", 32_764, Placement.MAIN),

  /** Tables and pages spread at random over eight slots of equal size: the worst case. */
  EIGHT_SPREAD("8 slots, tables in all", 8, Placement.SPREAD),
  /** As {@link #EIGHT_SPREAD} with more slots. */
  SPREAD_32("32 slots, tables in all", 32, Placement.SPREAD),
  /** As {@link #EIGHT_SPREAD} with more slots. */
  SPREAD_128("128 slots, tables in all", 128, Placement.SPREAD),
  /** As {@link #EIGHT_SPREAD} with more slots. */
  SPREAD_509("509 slots, tables in all", 509, Placement.SPREAD),
  /** As {@link #EIGHT_SPREAD} with more slots. */
  SPREAD_4096("4096 slots, tables in all", 4096, Placement.SPREAD),
  /** As {@link #EIGHT_SPREAD} with more slots. */
  SPREAD_32764("32764 slots, tables in all", 32_764, Placement.SPREAD),
  /** As {@link #SPREAD_509} with slots of 64 KiB, many to each 2 MiB. */
  FINE_509("509 slots of 64 KiB, tables in all", 509, Placement.FINE),
  /** As {@link #SPREAD_32764} with slots of 64 KiB, many to each 2 MiB. */
  FINE_32764("32764 slots of 64 KiB, tables in all", 32_764, Placement.FINE),

  /** As {@link #EIGHT_MAIN}, with every second of the small slots read-only. */
  EIGHT_MIXED("8 slots of RAM and ROM, tables in the main one", 8, Placement.MIXED),
  /** Tables in a small read-only slot, pages in the largest, which is writable. */
  EIGHT_ROM("8 slots, tables in ROM", 8, Placement.ROM);

  /**
   * The gpas of a slot.
   *
   * @param base first address
   * @param byteSize size in bytes
   * @param readOnly whether it is ROM
   * @param holdsTables whether page tables are in it
   * @param holdsPages whether the pages that they map are in it
   */
  record Range(
      long base, long byteSize, boolean readOnly, boolean holdsTables, boolean holdsPages) {}

  private enum Placement {
    MAIN,
    SPREAD,
    FINE,
    MIXED,
    ROM
  }

  private static final long KIB = 1 << 10;
  private static final long MIB = 1 << 20;

  private final String label;
  private final int count;
  private final Placement placement;

  SlotShape(String label, int count, Placement placement) {
    this.label = label;
    this.count = count;
    this.placement = placement;
  }

  /** The shape in words. */
  public String label() {
    return label;
  }

  /** Number of slots. */
  public int count() {
    return count;
  }

  /** Whether the tables are in read-only memory, where accessed and dirty bits stay as they are. */
  boolean hasTablesInRom() {
    return placement == Placement.ROM;
  }

  /**
   * The slots, lowest address first, with holes between them.
   *
   * @param mainBytes least size of the slot that holds the tables, where one does
   */
  List<Range> ranges(long mainBytes) {
    return switch (placement) {
      case MAIN, MIXED, ROM -> mainAndSmall(mainBytes);
      case SPREAD -> equal(2 * MIB, 4 * MIB);
      case FINE -> equal(64 * KIB, 128 * KIB);
    };
  }

  /** A power of two above all slots, so that a mask keeps the chase's addresses inside. */
  static long span(List<Range> ranges) {
    long end = ranges.getLast().base() + ranges.getLast().byteSize();
    return Long.highestOneBit(end - 1) << 1;
  }

  /** The slots, backed by what is asked for in their order. */
  static SlotLayout layout(List<Range> ranges, Function<Range, Backing> backings) {
    SlotLayout.Builder builder = SlotLayout.builder();
    for (Range slot : ranges) {
      Set<SlotFlag> flags = EnumSet.noneOf(SlotFlag.class);
      if (slot.readOnly()) {
        flags.add(SlotFlag.READONLY);
      }
      builder.slot(slot.base(), slot.byteSize(), flags, backings.apply(slot));
    }
    return builder.build();
  }

  private List<Range> mainAndSmall(long mainBytes) {
    boolean rom = placement == Placement.ROM;
    long small = rom ? MIB : 64 * KIB;
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                i == 0
                    ? new Range(0, mainBytes, false, !rom, true)
                    : new Range(
                        mainBytes + (2 * i - 1) * small,
                        small,
                        rom ? i == 1 : placement == Placement.MIXED && i % 2 == 1,
                        rom && i == 1,
                        false))
        .toList();
  }

  private List<Range> equal(long size, long stride) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Range(i * stride, size, false, true, true))
        .toList();
  }
}
