package org.pagestamp.bench.report;

import java.util.Locale;
import org.pagestamp.bench.run.Row;
import org.pagestamp.bench.scenario.Reading;
import org.pagestamp.bench.scenario.Unit;

/** How a row's numbers are written. */
final class Numbers {
  private Numbers() {}

  static String number(double value, Unit unit) {
    return String.format(Locale.ROOT, "%,." + unit.decimals() + "f", value);
  }

  static String median(Row row) {
    Unit unit = row.reading().unit();
    String number = number(row.reading().median(), unit);
    return unit.symbol().isEmpty() ? number : number + " " + unit.symbol();
  }

  static String quartiles(Row row) {
    Reading reading = row.reading();
    return number(reading.lower(), reading.unit()) + " " + number(reading.upper(), reading.unit());
  }

  static String range(Row row) {
    Unit unit = row.reading().unit();
    return number(row.lowest(), unit) + "-" + number(row.highest(), unit);
  }

  /** For example {@code <= 1.06 met}; empty without a bar. */
  static String bar(Row row) {
    return row.hasBar()
        ? "<= " + number(row.bar(), row.reading().unit()) + (row.isMissed() ? " missed" : " met")
        : "";
  }
}
