package org.pagestamp.codegen;

import static org.pagestamp.codegen.Expr.constant;
import static org.pagestamp.codegen.Expr.intConstant;

import java.util.Comparator;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.pagestamp.slot.MemSlot;

/**
 * Which slot holds an address: few are told apart by compares, many by a table with a number for
 * each granule, very scattered ones by a binary search.
 *
 * @param plan the slots
 * @param constants where the tables go
 */
record SlotSearch(SlotPlan plan, ClassConstants constants) {
  private static final String TABLE = "org/pagestamp/codegen/SlotTable";

  /** Emits the end of {@code slotOf}, for addresses outside the likely slot. */
  void write(Code code, Expr gpa) {
    if (!plan.usesTable()) {
      tree(code, gpa, number -> code.ret(intConstant(number)), intConstant(-1));
      return;
    }
    SlotTable table = plan.table();
    if (table == null) {
      code.ret(search(gpa));
    } else {
      lookUp(code, gpa, table);
    }
  }

  /** Numbers of the slots, the lowest base first. */
  private List<Integer> byBase() {
    return IntStream.range(0, plan.count())
        .boxed()
        .sorted(Comparator.comparingLong(number -> plan.slot(number).baseGfn()))
        .toList();
  }

  /**
   * Halves all slots but the likely one by compares until one is left to test.
   *
   * @param found emits what to do in the slot with a number
   * @param otherwise what to return elsewhere
   */
  void tree(Code code, Expr gpa, IntConsumer found, Expr otherwise) {
    List<Integer> unlikely = byBase().stream().filter(number -> number != plan.likely()).toList();
    tree(code, gpa, unlikely, found, otherwise);
  }

  private void tree(Code code, Expr gpa, List<Integer> numbers, IntConsumer found, Expr otherwise) {
    if (numbers.isEmpty()) {
      code.ret(otherwise);
    } else if (numbers.size() == 1) {
      MemSlot slot = plan.slot(numbers.getFirst());
      Expr offset = Expr.minus(gpa, constant(slot.baseGpa()));
      code.when(
          Cond.below(offset, constant(slot.byteSize())), () -> found.accept(numbers.getFirst()));
      code.ret(otherwise);
    } else {
      int half = numbers.size() / 2;
      long base = plan.slot(numbers.get(half)).baseGpa();
      code.when(
          Cond.less(gpa, constant(base)),
          () -> tree(code, gpa, numbers.subList(0, half), found, otherwise));
      tree(code, gpa, numbers.subList(half, numbers.size()), found, otherwise);
    }
  }

  private void lookUp(Code code, Expr gpa, SlotTable table) {
    Expr granules = constants.field("GRANULES", int[].class, table::granules);
    int shift = MemSlot.PAGE_SHIFT + table.shift();
    Expr granule =
        code.let("granule", Expr.minus(Expr.shiftRight(gpa, shift), constant(table.first())));
    code.returnIf(
        Cond.notBelow(granule, constant(table.granules().length)), intConstant(SlotTable.HOLE));
    Expr slot = code.let("slot", Expr.element(granules, Expr.toInt(granule)));
    if (!table.isDivided()) {
      code.ret(slot);
      return;
    }
    Expr pages = constants.field("PAGES", int[].class, table::pages);
    code.returnIf(Cond.less(intConstant(SlotTable.HOLE - 1), slot), slot);
    Expr pageInGranule =
        Expr.intAnd(
            Expr.toInt(Expr.shiftRight(gpa, MemSlot.PAGE_SHIFT)),
            intConstant((1 << SlotTable.DIVIDED_SHIFT) - 1));
    Expr firstPage = Expr.intMinus(intConstant(SlotTable.HOLE - 1), slot);
    code.ret(Expr.element(pages, Expr.intPlus(firstPage, pageInGranule)));
  }

  private Expr search(Expr gpa) {
    List<Integer> numbers = byBase();
    Expr boundsField =
        constants.field(
            "BOUNDS",
            long[].class,
            () ->
                numbers.stream()
                    .map(plan::slot)
                    .flatMapToLong(
                        slot -> LongStream.of(slot.baseGfn(), slot.baseGfn() + slot.pages()))
                    .toArray());
    Expr numbersField =
        constants.field(
            "NUMBERS", int[].class, () -> numbers.stream().mapToInt(Integer::intValue).toArray());
    return Expr.call(
        TABLE,
        "search",
        "([J[IJ)I",
        boundsField,
        numbersField,
        Expr.shiftRight(gpa, MemSlot.PAGE_SHIFT));
  }
}
