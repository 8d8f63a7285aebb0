package org.pagestamp.guest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Names of options, taken one after the other by those who know them. */
final class OptionNames {
  private final Set<String> names;
  private final List<String> known = new ArrayList<>();

  OptionNames(Collection<String> names) {
    this.names = new LinkedHashSet<>(names);
  }

  /** Whether a name is there. */
  boolean take(String name) {
    known.add(name);
    return names.remove(name);
  }

  /** Those of {@code constants} that are there. */
  <E extends Enum<E>> Set<E> take(Class<E> type, Set<E> constants) {
    Set<E> taken = EnumSet.noneOf(type);
    for (E constant : constants) {
      if (take(constant.name().toLowerCase(Locale.ROOT).replace('_', '-'))) {
        taken.add(constant);
      }
    }
    return taken;
  }

  /** Refuses what nobody took. */
  void refuseOthers(String what) {
    if (!names.isEmpty()) {
      throw new IllegalArgumentException(
          what
              + " has no option '"
              + TextLines.printable(names.iterator().next())
              + "': there are "
              + String.join(", ", known));
    }
  }
}
