package org.pagestamp.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.pagestamp.debug.Mapping;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.Mappings;
import org.pagestamp.guest.MissingTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pagestamp rmap}. */
@Command(
    name = "rmap",
    mixinStandardHelpOptions = true,
    description = {
      "Tells what maps a guest-physical address: every address that leads there, with the size of"
          + " the page, its rights and its accessed, dirty and global bits as in 'map'.",
      "Ends with exit code 1 if nothing maps an address."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  pagestamp rmap linux64-4l-max 0x1000000",
      "  pagestamp rmap memory.elf 0xfee00000 0x7c00 --limit 10"
    })
final class RmapCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private GuestMixin guestMixin;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Print at most N addresses for each GPA (default: ${DEFAULT-VALUE}): tables that map"
              + " themselves make billions.")
  private int limit;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "GPA",
      converter = Numbers.NumberConverter.class,
      description = "Guest-physical addresses: hexadecimal with 0x, or decimal.")
  private List<Long> gpas;

  private PrintWriter out;
  private PrintWriter err;

  @Override
  public Integer call() throws GuestFormatException {
    if (limit < 1) {
      throw new ParameterException(spec.commandLine(), "--limit " + limit + ": at least 1");
    }
    out = spec.commandLine().getOut();
    err = spec.commandLine().getErr();
    int exitCode = PagestampCommand.OK;
    try (Guest guest = guestMixin.open(err)) {
      for (long gpa : gpas) {
        Answers answers = new Answers(guest, gpa);
        Mappings.forEachOf(guest, gpa, answers);
        if (answers.end() == 0) {
          exitCode = PagestampCommand.FOUND;
        }
      }
    }
    return exitCode;
  }

  private final class Answers implements Mappings.Consumer {
    private final Guest guest;
    private final long gpa;
    private int found;
    private boolean more;

    Answers(Guest guest, long gpa) {
      this.guest = guest;
      this.gpa = gpa;
    }

    @Override
    public boolean mapping(Mapping mapping) {
      if (found == limit) {
        more = true;
        return false;
      }
      found++;
      MappedRange page = MappedRange.of(mapping);
      out.printf(
          "0x%x <- 0x%x  (page: %s %s %s)%n",
          gpa, mapping.gvaOf(gpa), Numbers.size(page.size()), page.rights(), page.flags());
      return true;
    }

    @Override
    public void missingTable(MissingTable table) {
      err.println(guest.name() + ": " + table);
    }

    int end() {
      if (found == 0) {
        out.printf("0x%x <- nothing  (%s)%n", gpa, guest.physicalMap().kindAt(gpa).label());
      }
      if (more) {
        err.printf("0x%x: only the first %d; --limit prints more%n", gpa, limit);
      }
      return found;
    }
  }
}
