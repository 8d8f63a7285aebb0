package org.pagestamp.guest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What lies where in guest-physical memory: disjoint ranges, and one kind for all else. */
public final class PhysicalMap {
  /**
   * A range of one kind.
   *
   * @param base first guest-physical address; devices need not be page-aligned
   * @param size bytes, at least 1
   */
  public record Range(long base, long size, SlotKind kind) {
    /** The same addresses as another kind. */
    Range as(SlotKind other) {
      return new Range(base, size, other);
    }

    /** The address after the last. */
    long end() {
      return base + size;
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "[0x%x, 0x%x) %s", base, end(), kind.label());
    }
  }

  private static final long LIMIT = 1L << 62;

  private final List<Range> ranges;
  private final SlotKind elsewhere;

  private PhysicalMap(List<Range> ranges, SlotKind elsewhere) {
    this.ranges = ranges;
    this.elsewhere = elsewhere;
  }

  /**
   * A map of these ranges, in any order.
   *
   * @param elsewhere the kind of what no range covers
   * @throws IllegalArgumentException if a range is empty or wraps around, or two overlap
   */
  static PhysicalMap of(List<Range> ranges, SlotKind elsewhere) {
    List<Range> sorted = new ArrayList<>(ranges);
    sorted.sort(Comparator.comparingLong(Range::base));
    long end = 0;
    for (Range range : sorted) {
      if (range.base() < 0
          || range.size() <= 0
          || range.base() > LIMIT
          || range.size() > LIMIT - range.base()) {
        throw new IllegalArgumentException(
            "slot " + range + " is empty, wraps around or ends beyond 2^62");
      }
      if (range.base() < end) {
        throw new IllegalArgumentException("slot " + range + " overlaps the one below it");
      }
      end = range.end();
    }
    return new PhysicalMap(List.copyOf(sorted), elsewhere);
  }

  /** The ranges, lowest first; unmodifiable. */
  public List<Range> ranges() {
    return ranges;
  }

  /** The kind of one address. */
  public SlotKind kindAt(long gpa) {
    int index = firstEndingAfter(gpa);
    return index < ranges.size() && ranges.get(index).base() <= gpa
        ? ranges.get(index).kind()
        : elsewhere;
  }

  /** The kinds met in a range of addresses. */
  public Set<SlotKind> kindsIn(long gpa, long size) {
    Set<SlotKind> kinds = EnumSet.noneOf(SlotKind.class);
    split(gpa, size).forEach(part -> kinds.add(part.kind()));
    return kinds;
  }

  /** A range of addresses, cut where the kind changes. */
  List<Range> split(long gpa, long size) {
    List<Range> parts = new ArrayList<>();
    long end = gpa + size;
    long at = gpa;
    for (int i = firstEndingAfter(gpa); at < end; i++) {
      Range range = i < ranges.size() ? ranges.get(i) : null;
      if (range == null || range.base() > at) {
        long until = range == null ? end : Math.min(end, range.base());
        parts.add(new Range(at, until - at, elsewhere));
        at = until;
      }
      if (at < end) {
        long until = Math.min(end, range.end());
        parts.add(new Range(at, until - at, range.kind()));
        at = until;
      }
    }
    return parts;
  }

  private int firstEndingAfter(long gpa) {
    int low = 0;
    int high = ranges.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ranges.get(middle).end() <= gpa) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
