package org.pagestamp.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.guest.Agreement;
import org.pagestamp.guest.Guest;
import org.pagestamp.guest.GuestFormatException;
import org.pagestamp.guest.QemuListing;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.walk.Walker;

/** What {@code demo} does with one guest. */
final class GuestDemo {
  private static final int STAMPS = 5;
  private static final String LINE = "  %-11s %s%n";

  private final Guest guest;
  private final QemuListing listing;
  private final Walker interpreted;
  private final Walker generated;
  private final double stampMillis;

  /** Stamps the guest's class. */
  GuestDemo(Guest guest) throws GuestFormatException {
    this.guest = guest;
    this.listing =
        guest
            .listing()
            .orElseThrow(() -> new IllegalStateException(guest.name() + " has no listing"));
    interpreted = new InterpretedWalker(guest.role(), guest.layout());
    generated = new Stamper().stamp(guest.role(), guest.layout());
    stampMillis = stampMillis();
  }

  /** The median time of stamping the class anew. */
  private double stampMillis() {
    double[] times = new double[STAMPS];
    for (int i = 0; i < STAMPS; i++) {
      Stamper stamper = new Stamper();
      long start = System.nanoTime();
      Walker _ = stamper.stamp(guest.role(), guest.layout());
      times[i] = (System.nanoTime() - start) / 1e6;
    }
    Arrays.sort(times);
    return times[STAMPS / 2];
  }

  /**
   * Compares, measures, prints.
   *
   * @param measure whether walks per second are wanted
   * @return the number of pages, or -1 if something did not agree
   */
  long run(PrintWriter out, Progress progress, boolean measure) throws GuestFormatException {
    out.println(guest.name());
    out.printf(LINE, "mode", guest.role());
    out.printf(LINE, "slots", slots());
    progress.step(guest.name() + ": interpreted");
    Agreement.Report byInterpreted = Agreement.check(guest, listing, interpreted);
    progress.step(guest.name() + ": generated");
    Agreement.Report byGenerated = Agreement.check(guest, listing, generated);
    out.printf(LINE, "mappings", mappings(byInterpreted));
    out.printf(LINE, "table pages", Numbers.count(byInterpreted.tables()));
    out.printf(LINE, "agreement", agreement("interpreted", byInterpreted));
    out.printf(LINE, "", agreement("generated", byGenerated));
    printMismatches(out, byInterpreted);
    printMismatches(out, byGenerated);
    out.printf(
        LINE,
        "class",
        String.format(
            Locale.ROOT,
            "%s bytes, stamped in %.1f ms",
            Numbers.count(new Stamper().generate(guest.role(), guest.layout()).classFile().length),
            stampMillis));
    boolean romHolds = !RomProof.appliesTo(guest) || proveRom(out);
    progress.step(guest.name() + ": speed");
    if (measure) {
      printSpeed(out);
    }
    out.println();
    progress.clear();
    out.flush();
    boolean equal = byInterpreted.isEqual() && byGenerated.isEqual() && romHolds;
    return equal ? byInterpreted.pages() : -1;
  }

  private String slots() {
    return guest.layout().slots().stream()
        .map(
            slot ->
                Numbers.hex(slot.baseGpa())
                    + "+"
                    + Numbers.size(slot.byteSize())
                    + (slot.isReadOnly() ? " rom" : " ram"))
        .collect(Collectors.joining(", ", guest.layout().slots().size() + ": ", ""));
  }

  private static String mappings(Agreement.Report report) {
    return Numbers.count(report.pages())
        + ": "
        + report.pagesBySize().entrySet().stream()
            .map(size -> Numbers.count(size.getValue()) + " x " + Numbers.size(size.getKey()))
            .collect(Collectors.joining(", "));
  }

  private static String agreement(String engine, Agreement.Report report) {
    if (!report.isEqual()) {
      return engine
          + " DIFFERS from QEMU's listing "
          + Numbers.count(report.mismatches())
          + " times";
    }
    // QEMU's info mem has no right answer for 5-level paging.
    String ranges =
        report.ranges() == 0 ? "" : Numbers.count(report.ranges()) + " info mem range(s), ";
    return String.format(
        "%s equal to QEMU's listing (%s pages, %s%s gva2gpa replies)",
        engine, Numbers.count(report.pages()), ranges, Numbers.count(report.samples()));
  }

  private static void printMismatches(PrintWriter out, Agreement.Report report) {
    report.first().forEach(text -> out.printf(LINE, "", text));
  }

  private boolean proveRom(PrintWriter out) throws GuestFormatException {
    RomProof proof = RomProof.of(guest, List.of(interpreted, generated));
    out.printf(
        LINE,
        "rom",
        String.format(
            "%s reads, writes and fetches, %s faults; ROM %s %s; leaves with A or D clear: %s",
            Numbers.count(proof.walks()),
            Numbers.count(proof.faults()),
            proof.after(),
            proof.before().equals(proof.after()) ? "unchanged" : "CHANGED from " + proof.before(),
            Numbers.count(proof.clear())));
    return proof.holds();
  }

  private void printSpeed(PrintWriter out) throws GuestFormatException {
    Throughput speed = Throughput.measure(guest, interpreted, generated);
    out.printf(
        LINE,
        "walks/s",
        String.format(
            Locale.ROOT,
            "interpreted %.1f M, generated %.1f M, ratio %.1f (indicative)",
            speed.interpreted() / 1e6,
            speed.generated() / 1e6,
            speed.ratio()));
  }
}
