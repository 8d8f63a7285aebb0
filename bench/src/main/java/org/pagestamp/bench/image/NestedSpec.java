package org.pagestamp.bench.image;

import org.pagestamp.mode.PagingMode;

/**
 * What to build in two dimensions. The guest's pages are of 4 KiB; A and D are set everywhere.
 *
 * @param guest the guest's paging mode: one of 8-byte entries
 * @param stage2 what its addresses go through
 * @param stage2Leaf level of stage 2's leaves: 1 for 4 KiB, 2 for 2 MiB
 * @param slots how many slots; one holds everything
 * @param set how many tables and pages
 */
public record NestedSpec(
    PagingMode guest, Stage2Kind stage2, int stage2Leaf, SlotShape slots, NestedSet set)
    implements WalkedSpec {

  /** 4-level paging over EPT of four levels, small pages, one slot, in the first cache. */
  public static final NestedSpec USUAL =
      new NestedSpec(PagingMode.FOUR_LEVEL, Stage2Kind.EPT4, 1, SlotShape.ONE, NestedSet.L1);

  /** The same in another mode over another stage 2. */
  public NestedSpec in(PagingMode mode, Stage2Kind kind) {
    return new NestedSpec(mode, kind, stage2Leaf, slots, set);
  }

  /** The same with larger pages of stage 2. */
  public NestedSpec withStage2Leaf(int level) {
    return new NestedSpec(guest, stage2, level, slots, set);
  }

  /** The same over other slots. */
  public NestedSpec over(SlotShape other) {
    return new NestedSpec(guest, stage2, stage2Leaf, other, set);
  }

  /** The same with other tables. */
  public NestedSpec of(NestedSet other) {
    return new NestedSpec(guest, stage2, stage2Leaf, slots, other);
  }

  @Override
  public String title() {
    return String.join(
        ", ",
        guest.label() + " over " + stage2.label(),
        "4K pages over " + (stage2Leaf == 1 ? "4K" : "2M"),
        slots.label(),
        set.label());
  }

  @Override
  public boolean isBig() {
    return set == NestedSet.SPARSE;
  }

  @Override
  public NestedImage build() {
    return new NestedImageBuilder(this).build();
  }
}
