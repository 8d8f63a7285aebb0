package org.pagestamp.guest;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.pagestamp.debug.Mapping;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.VcpuState;
import org.pagestamp.walk.WalkResult;
import org.pagestamp.walk.Walker;

/**
 * Compares a walker, and the enumeration of {@link Mappings}, with QEMU's listing of the same
 * guest.
 *
 * <ul>
 *   <li>The set of enumerated pages is QEMU's, and every leaf has the flags, size and address that
 *       {@code info tlb} printed.
 *   <li>The walker, probed at every page, gives that address, level, D, G, PCD and PWT, and over
 *       all levels the rights of the enumeration; its U and W give the ranges of {@code info mem}.
 *   <li>The walker gives the replies of {@code gva2gpa}, {@code unmapped} included.
 * </ul>
 */
public final class Agreement {
  /** A supervisor read with EFLAGS.AC set passes every rights check. */
  private static final int ACCESS = Access.READ | Access.AC;

  private static final long PROBED_FLAGS =
      EntryBits.D | EntryBits.G | EntryBits.PCD | EntryBits.PWT;

  private static final long RIGHTS = EntryBits.U | EntryBits.W | EntryBits.NX;
  private static final int MESSAGES = 5;

  /**
   * What came out.
   *
   * @param pages pages that the guest maps
   * @param pagesBySize how many of each size in bytes, smallest first
   * @param tables distinct pages that hold tables
   * @param ranges ranges of {@code info mem} compared
   * @param samples replies of {@code gva2gpa} compared
   * @param mismatches differences found
   * @param first the first few of them, in words
   */
  public record Report(
      long pages,
      Map<Long, Long> pagesBySize,
      int tables,
      long ranges,
      long samples,
      long mismatches,
      List<String> first) {
    /** Whether the walker and the enumeration say what QEMU says. */
    public boolean isEqual() {
      return mismatches == 0;
    }
  }

  private final Walker walker;
  private final PagingMode mode;
  private final VcpuState vcpu;
  private final Iterator<QemuListing.Page> listed;
  private final Optional<Iterator<QemuListing.Range>> listedRanges;
  private final Map<Long, Long> pagesBySize = new TreeMap<>();
  private final List<String> messages = new ArrayList<>();
  private QemuListing.Page expected;
  private QemuListing.Range range;
  private long pages;
  private long ranges;
  private long samples;
  private long mismatches;

  private Agreement(Guest guest, QemuListing listing, Walker walker) {
    this.walker = walker;
    this.mode = guest.role().mode();
    this.vcpu = guest.vcpu();
    this.listed = listing.pages();
    this.listedRanges = listing.ranges();
    this.expected = next(listed);
  }

  /**
   * Compares.
   *
   * @param walker of the guest's role and layout
   * @throws GuestFormatException if the tables cannot be enumerated
   */
  public static Report check(Guest guest, QemuListing listing, Walker walker)
      throws GuestFormatException {
    Agreement agreement = new Agreement(guest, listing, walker);
    return agreement.run(guest, listing);
  }

  private Report run(Guest guest, QemuListing listing) throws GuestFormatException {
    int tables =
        Mappings.forEach(
            guest,
            new Mappings.Consumer() {
              @Override
              public boolean mapping(Mapping page) {
                add(page);
                return true;
              }

              @Override
              public void missingTable(MissingTable table) {
                differ(table::toString);
              }
            });
    for (; expected != null; expected = next(listed)) {
      differOnlyListed();
    }
    endRanges();
    listing.samples().forEach(this::sample);
    return new Report(
        pages, pagesBySize, tables, ranges, samples, mismatches, List.copyOf(messages));
  }

  private void add(Mapping page) {
    pages++;
    pagesBySize.merge(page.size(), 1L, Long::sum);
    while (expected != null && Long.compareUnsigned(expected.gva(), page.gva()) < 0) {
      differOnlyListed();
      expected = next(listed);
    }
    if (expected == null || expected.gva() != page.gva()) {
      differ(
          () -> "gva 0x%x: mapped (%s), but QEMU lists no page there".formatted(page.gva(), page));
    } else {
      compareLeaf(page);
      compareProbe(page);
      expected = next(listed);
    }
  }

  private void differOnlyListed() {
    differ(
        () ->
            "gva 0x%x: QEMU lists a page at gpa 0x%x, the tables map none"
                .formatted(expected.gva(), expected.gpa()));
  }

  private void compareLeaf(Mapping page) {
    if (page.size() != expected.size()) {
      differ(
          () ->
              "gva 0x%x: size 0x%x, QEMU 0x%x".formatted(page.gva(), page.size(), expected.size()));
    }
    if (QemuListing.printedGpa(mode, page) != expected.gpa()) {
      differ(
          () ->
              "gva 0x%x: leaf 0x%x leads to gpa 0x%x, QEMU 0x%x"
                  .formatted(
                      page.gva(), page.leaf(), QemuListing.printedGpa(mode, page), expected.gpa()));
    }
    long flags = QemuListing.printedFlags(page);
    if (flags != expected.flags()) {
      differ(
          () ->
              "gva 0x%x: flags %s, QEMU %s"
                  .formatted(
                      page.gva(),
                      QemuListing.flagsToString(flags),
                      QemuListing.flagsToString(expected.flags())));
    }
  }

  /** QEMU knows no reserved bits, so where one is set the walker must fault for that reason. */
  private void compareProbe(Mapping page) {
    long result = walker.probe(vcpu, page.gva(), ACCESS);
    if (page.reserved()) {
      if (!isFault(result, FaultReason.RESERVED_BIT)) {
        differ(
            () -> "gva 0x%x: reserved bit set, walk says %s".formatted(page.gva(), text(result)));
      }
      addToRanges(page, page.user(), page.writable());
      return;
    }
    if (WalkResult.isFault(result)) {
      differ(() -> "gva 0x%x: QEMU lists a page, walk says %s".formatted(page.gva(), text(result)));
      return;
    }
    long gpaMask = QemuListing.comparableGpa(mode);
    long listedGpa = expected.gpa() & -expected.size() & gpaMask;
    if ((WalkResult.pageGpa(result) & gpaMask) != listedGpa
        || WalkResult.pageGpa(result) != page.gpa()) {
      differ(
          () ->
              "gva 0x%x: walk leads to gpa 0x%x, QEMU 0x%x, the leaf's is 0x%x"
                  .formatted(page.gva(), WalkResult.pageGpa(result), listedGpa, page.gpa()));
    }
    if (WalkResult.level(result) != page.level()) {
      differ(
          () ->
              "gva 0x%x: walk says %s, level %s expected"
                  .formatted(page.gva(), text(result), page.level()));
    }
    if (((result ^ expected.flags()) & PROBED_FLAGS) != 0) {
      differ(
          () ->
              "gva 0x%x: walk says %s, QEMU's flags are %s"
                  .formatted(
                      page.gva(), text(result), QemuListing.flagsToString(expected.flags())));
    }
    if (((result ^ rights(page)) & RIGHTS) != 0) {
      differ(
          () ->
              "gva 0x%x: walk says %s, rights differ from the tables'"
                  .formatted(page.gva(), text(result)));
    }
    addToRanges(page, WalkResult.isUser(result), WalkResult.isWritable(result));
  }

  private static long rights(Mapping page) {
    return (page.user() ? EntryBits.U : 0)
        | (page.writable() ? EntryBits.W : 0)
        | (page.executable() ? 0 : EntryBits.NX);
  }

  /** Joins pages to ranges as {@code info mem} does: across the hole of non-canonical addresses. */
  private void addToRanges(Mapping page, boolean user, boolean writable) {
    long start = raw(page.gva());
    if (range != null
        && range.start() + range.size() == start
        && range.user() == user
        && range.writable() == writable) {
      range = new QemuListing.Range(range.start(), range.size() + page.size(), user, writable);
    } else {
      endRange();
      range = new QemuListing.Range(start, page.size(), user, writable);
    }
  }

  private void endRange() {
    if (range == null || listedRanges.isEmpty()) {
      return;
    }
    ranges++;
    QemuListing.Range listedRange = next(listedRanges.get());
    QemuListing.Range comparable =
        listedRange == null
            ? null
            : new QemuListing.Range(
                raw(listedRange.start()),
                raw(listedRange.size()),
                listedRange.user(),
                listedRange.writable());
    if (!range.equals(comparable)) {
      differ(() -> "range %s: QEMU's info mem says %s".formatted(range, comparable));
    }
  }

  private void endRanges() {
    endRange();
    if (listedRanges.isPresent()) {
      while (listedRanges.get().hasNext()) {
        QemuListing.Range rest = listedRanges.get().next();
        differ(() -> "range %s is in QEMU's info mem only".formatted(rest));
      }
    }
  }

  private long raw(long gva) {
    return gva & -1L >>> (Long.SIZE - mode.gvaBits());
  }

  private void sample(QemuListing.Sample sample) {
    long result = walker.probe(vcpu, sample.gva(), ACCESS);
    if (isFault(result, FaultReason.RESERVED_BIT)) {
      return; // gva2gpa translates it nevertheless
    }
    samples++;
    boolean mapped = !WalkResult.isFault(result);
    if (mapped != sample.gpa().isPresent()
        || (mapped && WalkResult.gpa(result, sample.gva()) != sample.gpa().getAsLong())) {
      differ(
          () ->
              "gva 0x%x: walk says %s, QEMU's gva2gpa says %s"
                  .formatted(
                      sample.gva(),
                      text(result),
                      sample.gpa().isPresent()
                          ? "0x" + Long.toHexString(sample.gpa().getAsLong())
                          : "unmapped"));
    }
  }

  private static boolean isFault(long result, FaultReason reason) {
    return WalkResult.isFault(result) && WalkResult.faultReason(result) == reason;
  }

  private static String text(long result) {
    return "'" + WalkResult.toString(result) + "'";
  }

  private void differ(Supplier<String> message) {
    mismatches++;
    if (messages.size() < MESSAGES) {
      messages.add(message.get());
    }
  }

  private static <T> T next(Iterator<T> iterator) {
    return iterator.hasNext() ? iterator.next() : null;
  }
}
