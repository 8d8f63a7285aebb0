package org.pagestamp.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.pagestamp.debug.NestedMapping;
import org.pagestamp.debug.Stage2Mapping;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.MissingTable;
import org.pagestamp.guest.NestedMappings;
import org.pagestamp.guest.SlotKind;

/** What {@code map} prints of a nested guest. */
final class NestedMap {
  private static final List<RowPrinter.Column> NESTED =
      List.of(
          new RowPrinter.Column("gva", 18),
          new RowPrinter.Column("gpa", 15),
          new RowPrinter.Column("slot_gpa", 15),
          new RowPrinter.Column("size", -8),
          new RowPrinter.Column("page", -5),
          new RowPrinter.Column("stage2_page", -11),
          new RowPrinter.Column("rights", 6),
          new RowPrinter.Column("guest", 5),
          new RowPrinter.Column("stage2", 6),
          new RowPrinter.Column("adg", 3),
          new RowPrinter.Column("stage2_ad", 9),
          new RowPrinter.Column("kind", 4));
  private static final List<RowPrinter.Column> ALONE =
      List.of(
          new RowPrinter.Column("gpa", 15),
          new RowPrinter.Column("slot_gpa", 15),
          new RowPrinter.Column("size", -8),
          new RowPrinter.Column("stage2_page", -11),
          new RowPrinter.Column("stage2", 6),
          new RowPrinter.Column("stage2_ad", 9),
          new RowPrinter.Column("kind", 4));

  private final NestedView view;
  private final boolean pages;
  private final MapFormat format;
  private final PrintWriter out;
  private final MissingTables missing;

  NestedMap(
      NestedView view, boolean pages, MapFormat format, PrintWriter out, MissingTables missing) {
    this.view = view;
    this.pages = pages;
    this.format = format;
    this.out = out;
    this.missing = missing;
  }

  void print() throws GuestFormatException {
    RowPrinter printer = new RowPrinter(view.only() ? ALONE : NESTED, format, out);
    JoinedRanges<NestedRange> ranges =
        new JoinedRanges<>(
            pages,
            out,
            range -> printer.row(view.only() ? alone(printer, range) : nested(printer, range)));
    if (view.only()) {
      NestedMappings.forEachOfStage2(
          view.guest(), consumer((Stage2Mapping page) -> ranges.add(NestedRange.of(page))));
    } else {
      NestedMappings.forEach(
          view.guest(),
          view.role(),
          consumer((NestedMapping page) -> ranges.add(NestedRange.of(page))));
    }
    ranges.end();
    printer.end();
  }

  private <M> NestedMappings.Consumer<M> consumer(Predicate<M> mappings) {
    return new NestedMappings.Consumer<>() {
      @Override
      public boolean mapping(M mapping) {
        return mappings.test(mapping);
      }

      @Override
      public void missingTable(MissingTable table) {
        missing.add(table);
      }
    };
  }

  private List<String> nested(RowPrinter printer, NestedRange range) {
    return List.of(
        printer.address(range.gva()),
        printer.address(range.gpa()),
        slotGpa(printer, range),
        printer.size(range.size()),
        range.page() == 0 ? "-" : printer.size(range.page()),
        range.stage2Page() == 0 ? "-" : printer.size(range.stage2Page()),
        range.rights(),
        range.guestRights(),
        range.stage2Rights(),
        range.flags(),
        range.stage2Flags(),
        kinds(range));
  }

  private List<String> alone(RowPrinter printer, NestedRange range) {
    return List.of(
        printer.address(range.gpa()),
        slotGpa(printer, range),
        printer.size(range.size()),
        printer.size(range.stage2Page()),
        range.stage2Rights(),
        range.stage2Flags(),
        kinds(range));
  }

  private static String slotGpa(RowPrinter printer, NestedRange range) {
    return range.slotGpa() < 0 ? "-" : printer.address(range.slotGpa());
  }

  private String kinds(NestedRange range) {
    return range.slotGpa() < 0
        ? "-"
        : view.guest().physicalMap().kindsIn(range.slotGpa(), range.size()).stream()
            .map(SlotKind::label)
            .collect(Collectors.joining("+"));
  }
}
