package org.pagestamp.cli;

import java.util.Locale;

/** How {@code map} prints; {@link RowPrinter} does. */
enum MapFormat {
  /** Aligned, sizes with units: for people. */
  TABLE,
  /** Tab-separated with a header: for scripts. */
  TSV,
  /** One object. */
  JSON;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
