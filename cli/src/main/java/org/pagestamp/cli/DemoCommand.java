package org.pagestamp.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.guest.CpuOptions;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.Guests;
import org.pagestamp.guest.ShippedGuests;
import org.pagestamp.walk.Walker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pagestamp demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Walks every mapped page of real guests with both engines and compares with what QEMU said of"
          + " them.",
      "For each guest a class is stamped for its mode and slots. Where the page tables lie in ROM,"
          + " pages are also read, written and fetched from, and the ROM must not have changed.",
      "walks/s are indicative: both engines warmed, in turns within this run, medians. The module"
          + " bench measures properly.",
      "Ends with exit code 1 if anything differs."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  pagestamp demo", "  pagestamp demo ovmf64 rom-bios-ad0-q10"})
final class DemoCommand implements Callable<Integer> {
  private static final int STEPS = 3;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "GUEST",
      description = {
        "Shipped guests, or capture folders with QEMU's listing (default: all shipped ones:"
            + " linux64-4l-max, linux64-5l-max, linux32-pae-max, linux32-2l-max, ovmf64,"
            + " memtest-x86, rom-bios-ad0-q10, rom-bios-ad1-q10)."
      })
  private List<String> names = new ArrayList<>();

  @Option(names = "--no-speed", description = "Do not measure walks per second.")
  private boolean noSpeed;

  @Override
  public Integer call() throws GuestFormatException {
    PrintWriter out = spec.commandLine().getOut();
    List<String> guests = names.isEmpty() ? ShippedGuests.names() : names;
    long pages = 0;
    List<String> differing = new ArrayList<>();
    try (Progress progress = new Progress("demo", guests.size() * STEPS)) {
      boolean warm = false;
      for (String name : guests) {
        try (Guest guest = Guests.open(name, CpuOptions.NONE)) {
          requireListing(guest);
          if (!warm) {
            // The first class stamped in a JVM pays for loading the generator.
            Walker _ = new Stamper().stamp(guest.role(), guest.layout());
            warm = true;
          }
          long agreed = new GuestDemo(guest).run(out, progress, !noSpeed);
          pages += Math.max(0, agreed);
          if (agreed < 0) {
            differing.add(name);
          }
        }
      }
    }
    if (differing.isEmpty()) {
      out.printf(
          "OK: %d guest(s), %s mappings, both engines equal to QEMU's listing%n",
          guests.size(), Numbers.count(pages));
      return PagestampCommand.OK;
    }
    out.println("DIFFERENT from QEMU's listing: " + String.join(", ", differing));
    return PagestampCommand.FOUND;
  }

  private void requireListing(Guest guest) throws GuestFormatException {
    if (guest.listing().isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          guest.name() + " has no listing of QEMU to compare with (expected-rle.tsv.gz)");
    }
  }
}
