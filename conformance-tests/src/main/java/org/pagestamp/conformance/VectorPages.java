package org.pagestamp.conformance;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What the pages that hold a vector's entries must contain, byte for byte. */
final class VectorPages {
  private static final int PAGE = 4096;

  private final int width;
  private final SortedMap<Long, byte[]> pages = new TreeMap<>();

  /** The pages as the vector has them, with the entries {@code after} on top. */
  VectorPages(PlacedVector vector, List<VectorEntry> after) {
    width = vector.entryBytes();
    for (long page : of(vector)) {
      pages.put(page, new byte[PAGE]);
    }
    Stream.concat(vector.memory().stream(), after.stream()).forEach(this::put);
  }

  private void put(VectorEntry entry) {
    ByteBuffer page = ByteBuffer.wrap(pages.get(entry.page())).order(ByteOrder.LITTLE_ENDIAN);
    int offset = (int) (entry.gpa() - entry.page());
    if (entry.width() == Integer.BYTES) {
      page.putInt(offset, (int) entry.value());
    } else {
      page.putLong(offset, entry.value());
    }
  }

  /** Addresses of all pages that hold an entry of a vector, before or after any outcome. */
  static SortedSet<Long> of(PlacedVector vector) {
    SortedSet<Long> pages = new TreeSet<>();
    vector.memory().forEach(entry -> pages.add(entry.page()));
    for (List<VectorEntry> after : vector.afters()) {
      after.forEach(entry -> pages.add(entry.page()));
    }
    return pages;
  }

  /** Where memory is different, a phrase each. */
  List<String> differencesOf(VectorMemory memory) {
    List<String> differences = new ArrayList<>();
    pages.forEach(
        (page, expected) -> {
          byte[] actual = memory.page(page);
          int at = Arrays.mismatch(expected, actual);
          while (at >= 0) {
            int entry = at - at % width;
            differences.add(
                String.format(
                    Locale.ROOT,
                    "entry at 0x%x is 0x%x instead of 0x%x",
                    page + entry,
                    entry(actual, entry),
                    entry(expected, entry)));
            int next = entry + width;
            int further = Arrays.mismatch(expected, next, PAGE, actual, next, PAGE);
            at = further < 0 ? -1 : next + further;
          }
        });
    return differences;
  }

  private long entry(byte[] page, int offset) {
    ByteBuffer buffer = ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN);
    return width == Integer.BYTES
        ? Integer.toUnsignedLong(buffer.getInt(offset))
        : buffer.getLong(offset);
  }

  /** Addresses of the pages whose contents differ from those of {@code before}. */
  SortedSet<Long> changedSince(VectorPages before) {
    SortedSet<Long> changed = new TreeSet<>();
    for (Map.Entry<Long, byte[]> page : pages.entrySet()) {
      if (!Arrays.equals(page.getValue(), before.pages.get(page.getKey()))) {
        changed.add(page.getKey());
      }
    }
    return changed;
  }
}
