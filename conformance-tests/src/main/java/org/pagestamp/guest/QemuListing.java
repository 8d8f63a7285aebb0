package org.pagestamp.guest;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import org.pagestamp.debug.Mapping;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;

/**
 * What QEMU's monitor said of a guest: {@code info tlb}, {@code info mem} and {@code gva2gpa}.
 *
 * <p>{@code info tlb} prints the leaf's flags alone; {@code info mem} combines U and W over the
 * levels, never NX, and is broken for 5-level paging; none of the three checks reserved bits.
 */
public final class QemuListing {
  static final String PAGES = "expected-rle.tsv.gz";
  static final String RANGES = "expected-mem-rle.tsv.gz";
  static final String SAMPLES = "gva2gpa.tsv";

  /** QEMU's order of flags: NX, G, page size, D, A, PCD, PWT, U, W. */
  private static final String FLAG_LETTERS = "XGPDACTUW";

  private static final long[] FLAG_BITS = {
    EntryBits.NX,
    EntryBits.G,
    EntryBits.PS,
    EntryBits.D,
    EntryBits.A,
    EntryBits.PCD,
    EntryBits.PWT,
    EntryBits.U,
    EntryBits.W
  };

  private static final int MAX_COUNT = 1 << 28;
  private static final int MAX_LINES = 1 << 20;

  /**
   * A line of {@code info tlb}.
   *
   * @param gpa as printed: see {@link #printedGpa}
   * @param flags of the leaf, as entry bits
   * @param size of the page in bytes
   */
  record Page(long gva, long gpa, long flags, long size) {}

  /** A line of {@code info mem}: U and W combined over all levels. */
  record Range(long start, long size, boolean user, boolean writable) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "0x%x+0x%x %sr%s", start, size, user ? "u" : "-", writable ? "w" : "-");
    }
  }

  /** A reply of {@code gva2gpa}; empty if unmapped. */
  record Sample(long gva, OptionalLong gpa) {}

  /** {@code count} lines, made from their index. */
  private record Run<T>(int count, LongFunction<T> line) {}

  private final List<Run<Page>> pages;
  private final Optional<List<Run<Range>>> ranges;
  private final List<Sample> samples;

  private QemuListing(
      List<Run<Page>> pages, Optional<List<Run<Range>>> ranges, List<Sample> samples) {
    this.pages = pages;
    this.ranges = ranges;
    this.samples = samples;
  }

  /** The listing among {@code files}; empty if {@code info tlb} is not there. */
  static Optional<QemuListing> read(CaptureFiles files, PagingMode mode)
      throws GuestFormatException {
    List<Run<Page>> pages = new ArrayList<>();
    try (TextLines lines = files.lines(PAGES)) {
      if (lines == null) {
        return Optional.empty();
      }
      readPages(lines, pages);
    }
    Optional<List<Run<Range>>> ranges = Optional.empty();
    try (TextLines lines = files.lines(RANGES)) {
      if (lines != null && mode != PagingMode.FIVE_LEVEL) {
        ranges = Optional.of(readRanges(lines));
      }
    }
    try (TextLines lines = files.lines(SAMPLES)) {
      return Optional.of(
          new QemuListing(pages, ranges, lines == null ? List.of() : readSamples(lines)));
    }
  }

  private static void readPages(TextLines lines, List<Run<Page>> pages)
      throws GuestFormatException {
    long total = 0;
    for (String line = lines.next(); line != null; line = lines.next()) {
      String[] fields = lines.fields(line, "\t", 7);
      long gva = lines.hex(fields[0], "gva");
      long gpa = lines.hex(fields[1], "gpa");
      long flags = flags(lines, fields[2]);
      long size = lines.hex(fields[3], "size");
      int count = lines.count(fields[4], "count", MAX_COUNT);
      long gvaStep = lines.hex(fields[5], "dgva");
      long gpaStep = lines.hex(fields[6], "dgpa");
      total += count;
      if (total > MAX_COUNT || pages.size() == MAX_LINES) {
        throw lines.error("too many pages");
      }
      pages.add(new Run<>(count, i -> new Page(gva + i * gvaStep, gpa + i * gpaStep, flags, size)));
    }
  }

  private static long flags(TextLines lines, String text) throws GuestFormatException {
    long flags = 0;
    for (int i = 0; i < FLAG_BITS.length; i++) {
      char letter = text.length() == FLAG_BITS.length ? text.charAt(i) : '?';
      if (letter == FLAG_LETTERS.charAt(i)) {
        flags |= FLAG_BITS[i];
      } else if (letter != '-') {
        throw lines.error(
            "flags '" + TextLines.printable(text) + "' are not of the form " + FLAG_LETTERS);
      }
    }
    return flags;
  }

  private static List<Run<Range>> readRanges(TextLines lines) throws GuestFormatException {
    List<Run<Range>> ranges = new ArrayList<>();
    long total = 0;
    for (String line = lines.next(); line != null; line = lines.next()) {
      String[] fields = lines.fields(line, "\t", 6);
      long start = lines.hex(fields[0], "start");
      long size = lines.hex(fields[1], "size");
      if (!fields[2].matches("[u-]r[w-]")) {
        throw lines.error("prot '" + TextLines.printable(fields[2]) + "' is not of the form urw");
      }
      boolean user = fields[2].charAt(0) == 'u';
      boolean writable = fields[2].charAt(2) == 'w';
      int count = lines.count(fields[3], "count", MAX_COUNT);
      long startStep = lines.hex(fields[4], "dstart");
      long sizeStep = lines.hex(fields[5], "dsize");
      total += count;
      if (total > MAX_COUNT || ranges.size() == MAX_LINES) {
        throw lines.error("too many ranges");
      }
      ranges.add(
          new Run<>(
              count, i -> new Range(start + i * startStep, size + i * sizeStep, user, writable)));
    }
    return ranges;
  }

  private static List<Sample> readSamples(TextLines lines) throws GuestFormatException {
    List<Sample> samples = new ArrayList<>();
    for (String line = lines.next(); line != null; line = lines.next()) {
      String[] fields = lines.fields(line, "\t", 2);
      if (samples.size() == MAX_LINES) {
        throw lines.error("too many samples");
      }
      samples.add(
          new Sample(
              lines.hex(fields[0], "gva"),
              fields[1].equals("unmapped")
                  ? OptionalLong.empty()
                  : OptionalLong.of(lines.hex(fields[1], "gpa"))));
    }
    return samples;
  }

  /** All lines of {@code info tlb}, in QEMU's order: ascending. */
  Iterator<Page> pages() {
    return expand(pages);
  }

  /** All lines of {@code info mem}; empty where QEMU has no right answer. */
  Optional<Iterator<Range>> ranges() {
    return ranges.map(QemuListing::expand);
  }

  List<Sample> samples() {
    return samples;
  }

  /** The number of pages listed. */
  public long pageCount() {
    return pages.stream().mapToLong(Run::count).sum();
  }

  /** What QEMU prints as the physical address of this leaf. */
  static long printedGpa(PagingMode mode, Mapping page) {
    return page.leaf()
        & switch (mode) {
          case TWO_LEVEL -> page.level() == 1 ? 0xFFFF_F000L : 0xFFE0_0000L;
          case PAE -> page.level() == 1 ? -1L << 12 : -1L << 20;
          case FOUR_LEVEL, FIVE_LEVEL, NO_PAGING -> COMPARABLE_64 & -page.size();
        };
  }

  /** The bits of a page's gpa that QEMU's listing tells: it drops PSE-36 and bits above 49. */
  static long comparableGpa(PagingMode mode) {
    return mode == PagingMode.TWO_LEVEL ? 0xFFFF_F000L : COMPARABLE_64;
  }

  private static final long COMPARABLE_64 = 0x3_FFFF_FFFF_F000L;

  /** The flags that QEMU prints for this leaf, as entry bits. */
  static long printedFlags(Mapping page) {
    long flags = 0;
    for (long bit : FLAG_BITS) {
      flags |= page.leaf() & bit;
    }
    return page.level() == 1 ? flags & ~EntryBits.PAT : flags;
  }

  /** Flags in QEMU's letters. */
  static String flagsToString(long flags) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < FLAG_BITS.length; i++) {
      text.append((flags & FLAG_BITS[i]) != 0 ? FLAG_LETTERS.charAt(i) : '-');
    }
    return text.toString();
  }

  private static <T> Iterator<T> expand(List<Run<T>> runs) {
    Iterator<Run<T>> rest = runs.iterator();
    return new Iterator<>() {
      private Run<T> run;
      private int next;

      @Override
      public boolean hasNext() {
        return (run != null && next < run.count()) || rest.hasNext();
      }

      @Override
      public T next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        if (run == null || next == run.count()) {
          run = rest.next();
          next = 0;
        }
        return run.line().apply(next++);
      }
    };
  }
}
