package org.pagestamp.codegen;

import java.util.LinkedHashMap;
import java.util.Map;
import org.pagestamp.mode.Role;
import org.pagestamp.slot.SlotLayout;
import org.pagestamp.walk.Walker;

/** The walkers most recently asked for, up to a bound. Guarded by its users' locks. */
final class KeptWalkers<W extends Walker> {
  /** No record: the first use of a record's equals takes the JVM a millisecond. */
  private static final class Key {
    private final Role role;
    private final SlotLayout layout;

    Key(Role role, SlotLayout layout) {
      this.role = role;
      this.layout = layout;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Key that && role.equals(that.role) && layout.equals(that.layout);
    }

    @Override
    public int hashCode() {
      return 31 * layout.hashCode() + role.hashCode();
    }
  }

  private record Kept<W>(Key key, W walker) {}

  private final Map<Key, Kept<W>> kept;

  /**
   * Without walkers.
   *
   * @param bound how many to keep; 0 keeps none
   * @throws IllegalArgumentException if {@code bound} is negative
   */
  KeptWalkers(int bound) {
    if (bound < 0) {
      throw new IllegalArgumentException("cannot keep " + bound + " walkers");
    }
    this.kept =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Key, Kept<W>> eldest) {
            return size() > bound;
          }
        };
  }

  /** The walker kept for an equal role and layout, or null. */
  @SuppressWarnings("ReferenceEquality") // equality is what takes long
  W get(Role role, SlotLayout layout) {
    Key key = new Key(role, layout);
    Kept<W> found = kept.get(key);
    if (found == null) {
      return null;
    }
    if (found.key().layout != layout) {
      // Slot by slot the layout was compared once; the next time it is recognized.
      kept.remove(key);
      kept.put(key, new Kept<>(key, found.walker()));
    }
    return found.walker();
  }

  /** Keeps a walker, and drops the one least recently asked for if there are too many. */
  void put(W walker) {
    Key key = new Key(walker.role(), walker.layout());
    kept.put(key, new Kept<>(key, walker));
  }

  void clear() {
    kept.clear();
  }
}
