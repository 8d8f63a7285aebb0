package org.pagestamp.stage2;

import org.pagestamp.walk.Walker;

/** Why a stage-2 walk failed, finer than what is reported. */
public enum Stage2Cause {
  /** An entry is not present. */
  NOT_PRESENT(0, "not present"),
  /** A present entry has a reserved bit, or in EPT an illegal combination of rights or type. */
  RESERVED(1, "reserved"),
  /** The combined rights forbid the access. */
  RIGHTS(2, "rights"),
  /** A table lies in no slot; reported as an entry that is not present. */
  TABLE_IN_NO_SLOT(3, "table in no slot"),
  /** The address has bits above those that the levels translate; reported as not present. */
  GPA_TOO_WIDE(4, "address too wide"),
  /**
   * Entries kept changing during {@value Walker#MAX_TRIES} tries to set accessed and dirty bits;
   * reported as not present.
   */
  UPDATE_CONTENDED(5, "contended update"),
  /** The walk would have had to log the page that it makes dirty, and the log is full. */
  PML_FULL(6, "no entry left");

  private static final Stage2Cause[] VALUES = values();

  private final int number;
  private final String text;

  Stage2Cause(int number, String text) {
    this.number = number;
    this.text = text;
  }

  /** The cause's number in a packed result, 0 to 6. */
  int number() {
    return number;
  }

  static Stage2Cause of(int number) {
    return VALUES[number];
  }

  /** The cause in words. */
  @Override
  public String toString() {
    return text;
  }
}
