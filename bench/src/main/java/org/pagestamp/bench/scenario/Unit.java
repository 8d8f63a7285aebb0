package org.pagestamp.bench.scenario;

/** What a number counts. */
public enum Unit {
  /** A ratio of two times or sizes. */
  RATIO("", 2),
  /** Microseconds. */
  MICROSECONDS("us", 1),
  /** Milliseconds. */
  MILLISECONDS("ms", 1),
  /** Bytes. */
  BYTES("B", 0),
  /** KiB. */
  KIBIBYTES("KiB", 0),
  /** Things. */
  COUNT("", 0);

  private final String symbol;
  private final int decimals;

  Unit(String symbol, int decimals) {
    this.symbol = symbol;
    this.decimals = decimals;
  }

  /** What to write behind a number; empty where nothing. */
  public String symbol() {
    return symbol;
  }

  /** Digits behind the point. */
  public int decimals() {
    return decimals;
  }
}
