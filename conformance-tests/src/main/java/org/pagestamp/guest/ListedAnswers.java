package org.pagestamp.guest;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import org.pagestamp.debug.Mapping;
import org.pagestamp.mode.EntryBits;
import org.pagestamp.mode.PagingMode;
import org.pagestamp.walk.Access;
import org.pagestamp.walk.FaultReason;
import org.pagestamp.walk.PageFaultCode;
import org.pagestamp.walk.WalkResult;

/**
 * What a walker must answer at each page of a guest, according to QEMU's listing of it.
 *
 * <p>The page, its size, D, G, PCD and PWT are those of {@code info tlb}; R/W and U/S over all
 * levels those of {@code info mem}. What QEMU does not tell comes from the enumeration of {@link
 * Mappings}: NX over all levels, address bits that QEMU drops, and reserved bits, which it does not
 * check. Replies of {@code gva2gpa} follow, unmapped addresses included.
 */
public final class ListedAnswers {
  /** A supervisor read with EFLAGS.AC set passes every rights check. */
  public static final int ACCESS = Access.READ | Access.AC;

  private static final long LEAF_FLAGS = EntryBits.D | EntryBits.G | EntryBits.PCD | EntryBits.PWT;
  private static final long PAGE = EntryBits.P | EntryBits.FRAME;
  private static final long RIGHTS = EntryBits.W | EntryBits.U | EntryBits.NX;
  private static final long FAULT = 0xFFFF_0001L;

  /** Receives answers in ascending order of pages, replies last. */
  public interface Consumer {
    /**
     * Takes an answer to {@link #ACCESS}.
     *
     * @param expected a {@link WalkResult}
     * @param mask the bits of it that are known
     * @return false to end
     */
    boolean answer(long gva, long expected, long mask);
  }

  private final PagingMode mode;
  private final Consumer consumer;
  private final Iterator<QemuListing.Page> pages;
  private final Iterator<QemuListing.Range> ranges;
  private final List<Mapping> reserved = new ArrayList<>();
  private QemuListing.Page listed;
  private QemuListing.Range range;
  private boolean more = true;

  private ListedAnswers(Guest guest, QemuListing listing, Consumer consumer) {
    this.mode = guest.role().mode();
    this.consumer = consumer;
    this.pages = listing.pages();
    this.ranges = listing.ranges().orElseGet(() -> List.<QemuListing.Range>of().iterator());
    this.listed = next(pages);
    this.range = next(ranges);
  }

  /**
   * Gives the answers.
   *
   * @throws GuestFormatException if the tables cannot be enumerated
   */
  public static void forEach(Guest guest, QemuListing listing, Consumer consumer)
      throws GuestFormatException {
    ListedAnswers answers = new ListedAnswers(guest, listing, consumer);
    int _ = Mappings.forEach(guest, answers::mapped);
    while (answers.more && answers.listed != null) {
      answers.onlyListed();
    }
    for (QemuListing.Sample sample : listing.samples()) {
      if (answers.more && !answers.isReserved(sample.gva())) {
        answers.more = answers.reply(sample);
      }
    }
  }

  private boolean mapped(Mapping page) {
    while (more && listed != null && Long.compareUnsigned(listed.gva(), page.gva()) < 0) {
      onlyListed();
    }
    if (!more) {
      return false;
    }
    if (listed == null || listed.gva() != page.gva()) {
      long none = WalkResult.fault(FaultReason.NOT_PRESENT, 0, 0); // mapped, but QEMU lists nothing
      more = consumer.answer(page.gva(), none, WalkResult.SUCCESS);
      return more;
    }
    if (page.reserved()) {
      reserved.add(page);
      int code = PageFaultCode.P | PageFaultCode.RSVD;
      more =
          consumer.answer(
              page.gva(), WalkResult.fault(FaultReason.RESERVED_BIT, code, page.level()), FAULT);
    } else {
      long known = QemuListing.comparableGpa(mode);
      long expected =
          WalkResult.SUCCESS
              | (listed.gpa() & -listed.size() & known)
              | (page.gpa() & EntryBits.FRAME & ~known)
              | WalkResult.levelBits(page.level())
              | (listed.flags() & LEAF_FLAGS)
              | rights(page);
      more = consumer.answer(page.gva(), expected, PAGE | WalkResult.LEVEL | LEAF_FLAGS | RIGHTS);
    }
    listed = next(pages);
    return more;
  }

  private long rights(Mapping page) {
    long start = raw(page.gva());
    while (range != null
        && Long.compareUnsigned(raw(range.start()) + raw(range.size()), start) <= 0) {
      range = next(ranges);
    }
    boolean told = range != null && Long.compareUnsigned(raw(range.start()), start) <= 0;
    return ((told ? range.user() : page.user()) ? EntryBits.U : 0)
        | ((told ? range.writable() : page.writable()) ? EntryBits.W : 0)
        | (page.executable() ? 0 : EntryBits.NX);
  }

  private long raw(long gva) {
    return gva & -1L >>> (Long.SIZE - mode.gvaBits());
  }

  private void onlyListed() {
    long gpa = listed.gpa() & -listed.size() & QemuListing.comparableGpa(mode);
    more = consumer.answer(listed.gva(), WalkResult.SUCCESS | gpa, PAGE);
    listed = next(pages);
  }

  /** QEMU knows no reserved bits: it lists such pages, and translates them. */
  private boolean isReserved(long gva) {
    return reserved.stream()
        .anyMatch(page -> Long.compareUnsigned(gva - page.gva(), page.size()) < 0);
  }

  private boolean reply(QemuListing.Sample sample) {
    OptionalLong gpa = sample.gpa();
    return gpa.isPresent()
        ? consumer.answer(
            sample.gva(), WalkResult.SUCCESS | (gpa.getAsLong() & EntryBits.FRAME), PAGE)
        : consumer.answer(
            sample.gva(), WalkResult.fault(FaultReason.NOT_PRESENT, 0, 0), WalkResult.SUCCESS);
  }

  private static <T> T next(Iterator<T> iterator) {
    return iterator.hasNext() ? iterator.next() : null;
  }
}
