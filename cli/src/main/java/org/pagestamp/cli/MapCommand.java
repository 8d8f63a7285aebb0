package org.pagestamp.cli;

import java.io.PrintWriter;
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
  private static final int LINES_BETWEEN_CHECKS = 4096;

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

  private Guest guest;
  private MapFormat.Printer printer;
  private MappedRange range;
  private MissingTables missing;
  private long lines;

  @Override
  public Integer call() throws GuestFormatException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try (Guest opened = guestMixin.open(err, stage2Mixin)) {
      guest = opened;
      missing = new MissingTables(guest.name(), err);
      Optional<NestedView> nested = NestedView.of(guest, stage2Mixin);
      if (guest.role().mode() == PagingMode.NO_PAGING) {
        err.println(guest.name() + ": paging is off, every address is its own gpa");
      }
      if (nested.isPresent()) {
        new NestedMap(nested.get(), pages, format, out, missing).print();
      } else {
        printer = format.printer(out);
        int _ = Mappings.forEach(guest, this);
        print();
        printer.end();
      }
    }
    out.flush();
    missing.end();
    return PagestampCommand.OK;
  }

  @Override
  public boolean mapping(Mapping mapping) {
    MappedRange next = MappedRange.of(mapping);
    if (range != null && !pages && range.isContinuedBy(next)) {
      range = range.with(next);
      return true;
    }
    boolean more = print();
    range = next;
    return more;
  }

  @Override
  public void missingTable(MissingTable table) {
    missing.add(table);
  }

  /** Prints the range at hand; false if nobody reads on, as with {@code | head}. */
  private boolean print() {
    if (range != null) {
      printer.range(range.in(guest.physicalMap().kindsIn(range.gpa(), range.size())));
    }
    return ++lines % LINES_BETWEEN_CHECKS != 0 || !spec.commandLine().getOut().checkError();
  }
}
