package org.pagestamp.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.pagestamp.debug.Mapping;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.Mappings;
import org.pagestamp.guest.MissingTable;
import org.pagestamp.mode.PagingMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pagestamp map}. */
@Command(
    name = "map",
    mixinStandardHelpOptions = true,
    description = {
      "Prints all that a guest's page tables map.",
      "Pages next to each other in both address spaces, of one size, with equal rights and equal"
          + " accessed, dirty and global bits are joined to ranges.",
      "Rights are those of all levels combined: u user, r read, w write, x execute; rsvd where a"
          + " reserved bit makes every access fault. adg: accessed, dirty, global of the leaf."
          + " kind: ram, rom, mmio, hole, or unknown where the dump does not tell.",
      "Of a nested guest: where stage 2 has each page in the slots (slot_gpa, '-' where it maps"
          + " nothing), the rights of both dimensions together and of each, and the sizes of the"
          + " pages of both. Last letter of stage2: x fetches, s the supervisor's only, u the"
          + " user's only. With --stage2-only, what stage 2 maps."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  pagestamp map linux64-4l-max",
      "  pagestamp map capture-folder --pages --format tsv",
      "  pagestamp map linux64-4l-max --under ept4",
      "  pagestamp map memory.elf --efer 0xd01 --maxphyaddr 40"
    })
final class MapCommand implements Callable<Integer>, Mappings.Consumer {
  @Spec private CommandSpec spec;
  @Mixin private GuestMixin guestMixin;
  @Mixin private Stage2Mixin stage2Mixin;

  @Option(names = "--pages", description = "Print each page instead of ranges.")
  private boolean pages;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "table",
      description =
          "table, tsv or json (default: ${DEFAULT-VALUE}). In tsv and json every number is"
              + " hexadecimal with 0x.")
  private MapFormat format;

  private MissingTables missing;
  private JoinedRanges<MappedRange> ranges;

  @Override
  public Integer call() throws GuestFormatException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try (Guest guest = guestMixin.open(err, stage2Mixin)) {
      missing = new MissingTables(guest.name(), err);
      Optional<NestedView> nested = NestedView.of(guest, stage2Mixin, guestMixin.profile());
      if (guest.role().mode() == PagingMode.NO_PAGING) {
        err.println(guest.name() + ": paging is off, every address is its own gpa");
      }
      if (nested.isPresent()) {
        new NestedMap(nested.get(), pages, format, out, missing).print();
      } else {
        RowPrinter printer = new RowPrinter(columns(), format, out);
        ranges = new JoinedRanges<>(pages, out, range -> printer.row(row(printer, guest, range)));
        int _ = Mappings.forEach(guest, this);
        ranges.end();
        printer.end();
      }
    }
    out.flush();
    missing.end();
    return PagestampCommand.OK;
  }

  /** People see how many pages of a size there are, scripts the size. */
  private List<RowPrinter.Column> columns() {
    return List.of(
        new RowPrinter.Column("gva", 18),
        new RowPrinter.Column("gpa", 15),
        new RowPrinter.Column("size", -8),
        new RowPrinter.Column(format == MapFormat.TABLE ? "pages" : "page", -14),
        new RowPrinter.Column("rights", 6),
        new RowPrinter.Column("adg", 3),
        new RowPrinter.Column("kind", 4));
  }

  private List<String> row(RowPrinter printer, Guest guest, MappedRange range) {
    String page = printer.size(range.page());
    return List.of(
        printer.address(range.gva()),
        printer.address(range.gpa()),
        printer.size(range.size()),
        format == MapFormat.TABLE ? Numbers.count(range.pages()) + " x " + page : page,
        range.rights(),
        range.flags(),
        range.in(guest.physicalMap().kindsIn(range.gpa(), range.size())).kindLabel());
  }

  @Override
  public boolean mapping(Mapping mapping) {
    return ranges.add(MappedRange.of(mapping));
  }

  @Override
  public void missingTable(MissingTable table) {
    missing.add(table);
  }
}
