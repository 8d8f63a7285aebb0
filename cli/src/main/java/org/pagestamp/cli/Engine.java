package org.pagestamp.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.pagestamp.codegen.Stamper;
import org.pagestamp.guest.Guest;
import org.pagestamp.interpreter.InterpretedWalker;
import org.pagestamp.walk.Walker;

/** Which walker answers. */
enum Engine {
  INTERPRETED,
  GENERATED,
  BOTH;

  /** The walkers by name, the interpreted first. */
  Map<String, Walker> walkers(Guest guest) {
    Map<String, Walker> walkers = new LinkedHashMap<>();
    if (this != GENERATED) {
      walkers.put("interpreted", new InterpretedWalker(guest.role(), guest.layout()));
    }
    if (this != INTERPRETED) {
      walkers.put("generated", new Stamper().stamp(guest.role(), guest.layout()));
    }
    return walkers;
  }

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
