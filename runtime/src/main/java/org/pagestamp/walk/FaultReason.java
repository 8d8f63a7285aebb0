package org.pagestamp.walk;

/** Why a walk failed, finer than the error code that the guest sees. */
public enum FaultReason {
  /** An entry's P bit is clear. */
  NOT_PRESENT(1, "not present"),
  /** A present entry has a reserved bit set. */
  RESERVED_BIT(2, "reserved bit"),
  /** The combined rights forbid the access; a protection key may forbid it as well. */
  PERMISSION(3, "permission"),
  /** Only the protection key forbids the access. */
  PROTECTION_KEY(4, "protection key"),
  /** A table lies in no slot; the guest sees an entry that is not present. */
  TABLE_IN_NO_SLOT(5, "table in no slot"),
  /** The linear address is not canonical: #GP or #SS, not #PF, and no error code of a #PF. */
  NON_CANONICAL(6, "non-canonical address"),
  /**
   * Other writers changed the entries during {@value Walker#MAX_TRIES} tries to set accessed and
   * dirty bits. The guest sees an entry that is not present and, like after any spurious fault,
   * tries again.
   */
  UPDATE_CONTENDED(7, "contended update"),
  /**
   * The address lies in the half of the address space that CR4.LASS closes to the access: #GP or
   * #SS, found before any table is read. No walker answers so, only what prepares addresses for it.
   */
  LASS_VIOLATION(8, "linear-address-space separation");

  private static final FaultReason[] VALUES = values();

  private final int code;
  private final String text;

  FaultReason(int code, String text) {
    this.code = code;
    this.text = text;
  }

  /** The reason's number in a packed result, 1 to 8. */
  int code() {
    return code;
  }

  static FaultReason of(int code) {
    return VALUES[code - 1];
  }

  /** Whether the guest gets #PF; otherwise it gets #GP, or #SS for an access to the stack. */
  public boolean isPageFault() {
    return this != NON_CANONICAL && this != LASS_VIOLATION;
  }

  /** The reason in words. */
  @Override
  public String toString() {
    return text;
  }
}
