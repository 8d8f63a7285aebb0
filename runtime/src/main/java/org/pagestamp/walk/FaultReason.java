package org.pagestamp.walk;

/** Why a walk failed, finer than the error code that the guest sees. */
public enum FaultReason {
  /** An entry's P bit is clear. */
  NOT_PRESENT("not present"),
  /** A present entry has a reserved bit set. */
  RESERVED_BIT("reserved bit"),
  /** The combined rights forbid the access; a protection key may forbid it as well. */
  PERMISSION("permission"),
  /** Only the protection key forbids the access. */
  PROTECTION_KEY("protection key"),
  /** A table lies in no slot; the guest sees an entry that is not present. */
  TABLE_IN_NO_SLOT("table in no slot"),
  /** The linear address is not canonical: #GP or #SS, not #PF, and no error code of a #PF. */
  NON_CANONICAL("non-canonical address"),
  /**
   * Other writers changed the entries during {@value Walker#MAX_TRIES} tries to set accessed and
   * dirty bits. The guest sees an entry that is not present and, like after any spurious fault,
   * tries again.
   */
  UPDATE_CONTENDED("contended update");

  private static final FaultReason[] VALUES = values();

  private final String text;

  FaultReason(String text) {
    this.text = text;
  }

  static FaultReason of(int ordinal) {
    return VALUES[ordinal];
  }

  /** The reason in words. */
  @Override
  public String toString() {
    return text;
  }
}
