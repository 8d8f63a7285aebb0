package org.pagestamp.codegen;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.pagestamp.slot.SlotLayout;

/**
 * The walkers most recently asked for, up to a bound, by role and layout.
 *
 * <p>Safe for use by several threads, of which none waits while another makes a walker.
 *
 * @param <R> a role
 * @param <W> a walker
 */
final class KeptWalkers<R, W> {
  /** No record: the first use of a record's equals takes the JVM a millisecond. */
  private static final class Key {
    private final Object role;
    private final SlotLayout layout;

    Key(Object role, SlotLayout layout) {
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

  /**
   * The walker kept for an equal role and layout, or a new one. Of threads that make the same
   * walker at the same time, all get that of one.
   *
   * @param maker makes a walker, as a rule in longer than others should wait
   */
  W walker(R role, SlotLayout layout, Supplier<W> maker) {
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(layout, "layout");
    W found = find(role, layout);
    return found != null ? found : keep(role, layout, maker.get());
  }

  @SuppressWarnings("ReferenceEquality") // equality is what takes long
  private synchronized W find(R role, SlotLayout layout) {
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
  private synchronized W keep(R role, SlotLayout layout, W made) {
    W madeMeanwhile = find(role, layout);
    if (madeMeanwhile != null) {
      return madeMeanwhile;
    }
    Key key = new Key(role, layout);
    kept.put(key, new Kept<>(key, made));
    return made;
  }

  synchronized void clear() {
    kept.clear();
  }
}
