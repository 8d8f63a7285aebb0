package org.pagestamp.cli;

import java.io.PrintWriter;
import org.pagestamp.guest.MissingTable;

/** Warns of tables that are not at hand: of the first few one by one, of all by their number. */
final class MissingTables {
  private static final int WARNINGS = 3;

  private final String guest;
  private final PrintWriter err;
  private long count;

  MissingTables(String guest, PrintWriter err) {
    this.guest = guest;
    this.err = err;
  }

  void add(MissingTable table) {
    if (++count <= WARNINGS) {
      err.println(guest + ": " + table);
    }
  }

  void end() {
    if (count > WARNINGS) {
      err.println(guest + ": " + count + " times in all");
    }
  }
}
