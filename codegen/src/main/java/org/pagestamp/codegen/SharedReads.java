package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;

import java.util.Arrays;
import org.pagestamp.slot.MemSlot;
import org.pagestamp.slot.SegmentBacking;

/**
 * Reading entries of slots that all lie in one segment, as when an emulator allocates a guest's
 * memory at once.
 *
 * <p>Where a guest's address is in the segment then does not depend on the slot, or is one look
 * into a table by {@linkplain SlotTable granule}. In the first case the table only tells whether
 * there is a slot: the processor need not wait for it to find the entry.
 */
final class SharedReads {
  /** Leads out of every segment, whatever address it is added to. */
  private static final long NOWHERE = Long.MIN_VALUE;

  /** Few slots far apart are not worth a large table. */
  private static final int MOST_GRANULES_OF_FEW = 1 << 16;

  private final SlotPlan plan;
  private final SlotMemory memory;
  private final ClassConstants constants;

  private SharedReads(SlotPlan plan, SlotMemory memory, ClassConstants constants) {
    this.plan = plan;
    this.memory = memory;
    this.constants = constants;
  }

  /**
   * How a class reads this way, or null if its slots do not allow it, or if there are so few beside
   * a large one that compares are cheaper.
   */
  static SharedReads of(SlotPlan plan, SlotMemory memory, ClassConstants constants) {
    boolean few = !plan.usesTable() && (plan.count() <= 1 || plan.likelyDominates());
    if (few || plan.sharedSegment() == null || plan.table() == null) {
      return null;
    }
    boolean large = plan.table().granules().length > MOST_GRANULES_OF_FEW;
    return large && !plan.usesTable() ? null : new SharedReads(plan, memory, constants);
  }

  /** Whether there are granules that need {@code rare}. */
  boolean areDivided() {
    return plan.table().isDivided();
  }

  /**
   * {@code return} an entry, or 0 if it is in a hole.
   *
   * @param table where its table is, which is the granule's address as well
   * @param index how far it is into its table
   * @param rare the entry if it is in a granule with pages of several slots
   */
  void write(Code code, Expr table, Expr index, Expr rare) {
    SlotTable slots = plan.table();
    Expr otherwise = areDivided() ? rare : constant(0);
    int shift = MemSlot.PAGE_SHIFT + slots.shift();
    Expr granule =
        code.let("granule", Expr.minus(Expr.shiftRight(table, shift), constant(slots.first())));
    code.returnIf(Cond.notBelow(granule, constant(slots.granules().length)), constant(0));
    if (hasOneDelta()) {
      Expr granules = constants.field("GRANULES", int[].class, slots::granules);
      Expr slot = Expr.element(granules, Expr.toInt(granule));
      code.returnIf(Cond.less(slot, Expr.intConstant(0)), otherwise);
      code.ret(memory.readShared(Expr.plus(Expr.plus(table, index), constant(delta(0)))));
      return;
    }
    Expr deltas = constants.field("GRANULE_DELTAS", long[].class, this::granuleDeltas);
    Expr delta = Expr.element(deltas, Expr.toInt(granule));
    Expr offset = code.let("offset", Expr.plus(Expr.plus(table, index), delta));
    code.returnIf(Cond.notBelow(offset, memory.sharedLimit()), otherwise);
    code.ret(memory.readShared(offset));
  }

  private boolean hasOneDelta() {
    for (int number = 1; number < plan.count(); number++) {
      if (delta(number) != delta(0)) {
        return false;
      }
    }
    return true;
  }

  /** What to add to a gpa in a slot to get an offset in the segment. */
  private long delta(int number) {
    MemSlot slot = plan.slot(number);
    return ((SegmentBacking) slot.backing()).offset() - slot.baseGpa();
  }

  private long[] granuleDeltas() {
    return Arrays.stream(plan.table().granules())
        .mapToLong(number -> number < 0 ? NOWHERE : delta(number))
        .toArray();
  }
}
