package org.pagestamp.bench.image;

import org.pagestamp.mode.PagingMode;

/**
 * What to build: an image and its addresses in five words.
 *
 * @param mode the paging mode
 * @param leafLevel level of the entries that map pages: 1 for 4 KiB, 2 for 2 or 4 MiB, 3 for 1 GiB;
 *     0 without paging
 * @param slots how many slots, and which hold the tables
 * @param memory what the slots are backed by
 * @param workingSet how many tables and pages
 * @param accessedDirty the accessed and dirty bits before each walk
 */
public record ImageSpec(
    PagingMode mode,
    int leafLevel,
    SlotShape slots,
    SlotMemory memory,
    WorkingSet workingSet,
    AccessedDirtyState accessedDirty)
    implements WalkedSpec {

  /** 4-level, 4-KiB pages, one slot of native memory, in the inner caches, nothing to store. */
  public static final ImageSpec USUAL =
      new ImageSpec(
          PagingMode.FOUR_LEVEL,
          1,
          SlotShape.ONE,
          SlotMemory.SHARED_SEGMENT,
          WorkingSet.L1,
          AccessedDirtyState.HOT);

  /**
   * The same in another mode.
   *
   * @param leafLevel level of the entries that map pages
   */
  public ImageSpec in(PagingMode other, int leafLevel) {
    return new ImageSpec(other, leafLevel, slots, memory, workingSet, accessedDirty);
  }

  /** The same over other slots. */
  public ImageSpec over(SlotShape other, SlotMemory backing) {
    return new ImageSpec(mode, leafLevel, other, backing, workingSet, accessedDirty);
  }

  /** The same with other tables. */
  public ImageSpec of(WorkingSet other) {
    return new ImageSpec(mode, leafLevel, slots, memory, other, accessedDirty);
  }

  /** The same with other accessed and dirty bits. */
  public ImageSpec with(AccessedDirtyState other) {
    return new ImageSpec(mode, leafLevel, slots, memory, workingSet, other);
  }

  @Override
  public String title() {
    return String.join(
        ", ",
        leafLevel == 0 ? "no paging" : mode.label() + " " + pageSize() + " pages",
        slots.label(),
        memory.label(),
        workingSet.label(),
        accessedDirty.label());
  }

  @Override
  public boolean isBig() {
    return workingSet.isBig();
  }

  @Override
  public TableImage build() {
    return new ImageBuilder(this).build();
  }

  private String pageSize() {
    return switch (leafLevel) {
      case 1 -> "4K";
      case 2 -> mode == PagingMode.TWO_LEVEL ? "4M" : "2M";
      default -> "1G";
    };
  }
}
