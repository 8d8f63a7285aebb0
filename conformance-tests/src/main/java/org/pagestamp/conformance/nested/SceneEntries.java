package org.pagestamp.conformance.nested;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The entries of a {@link RandomScene}, and what changes in them while its guest runs. */
final class SceneEntries {
  private static final int MOST_CHANGED = 3;

  private final SceneMemory machine;
  private final SplittableRandom random;
  private final List<Place> places = new ArrayList<>();
  private final List<Place> changed = new ArrayList<>();

  /**
   * An entry that was written.
   *
   * @param marks the accessed and dirty bits that walks may set in it
   */
  private record Place(long gpa, long entry, int width, long marks) {}

  SceneEntries(SceneMemory machine, SplittableRandom random) {
    this.machine = machine;
    this.random = random;
  }

  /** Writes an entry, of which walks may set {@code marks}. */
  void put(long gpa, long value, int width, long marks) {
    long entry = width == 4 ? value & 0xFFFF_FFFFL : value;
    places.add(new Place(gpa, entry, width, marks));
    machine.store(gpa, entry, width);
  }

  /** Sets nearly all accessed and dirty bits. */
  void mark() {
    int oneOf = random.nextBoolean() ? 8 : 48;
    for (Place place : places) {
      long marks = random.nextInt(oneOf) == 0 ? place.marks & random.nextLong() : place.marks;
      machine.store(place.gpa, place.entry | marks, place.width);
    }
  }

  /**
   * Gives an entry another value, or changed ones the values back that they had, so that accessed
   * and dirty bits are clear again.
   */
  void change() {
    if (places.isEmpty()) {
      return;
    }
    if (changed.size() >= MOST_CHANGED || random.nextInt(3) > 0) {
      changed.forEach(this::putBack);
      changed.clear();
      for (int i = 0; i < 8; i++) {
        putBack(anyPlace());
      }
      return;
    }
    Place place = anyPlace();
    long entry =
        switch (random.nextInt(5)) {
          case 0 -> place.entry ^ (1L << random.nextInt(8 * place.width));
          case 1 -> 0;
          case 2 -> place.entry ^ (1L << random.nextInt(12));
          case 3 -> place.entry & ~(1L << random.nextInt(3));
          default -> machine.load(anyPlace().gpa & -8L, place.width);
        };
    changed.add(place);
    machine.store(place.gpa, entry, place.width);
  }

  private void putBack(Place place) {
    machine.store(place.gpa, place.entry, place.width);
  }

  private Place anyPlace() {
    return places.get(random.nextInt(places.size()));
  }
}
