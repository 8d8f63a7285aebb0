package org.pagestamp.walk;

import org.pagestamp.choice.ReadOnlyTables;

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
  LASS_VIOLATION(8, "linear-address-space separation"),
  /**
   * A table lies in a read-only slot, where {@link ReadOnlyTables} makes that a fault. None of the
   * guest's own: what maps the slot to it gets an exit, as from EPT or NPT.
   */
  TABLE_READ_ONLY(9, "table in a read-only slot");

  private static final FaultReason[] VALUES = values();

  private final int code;
  private final String text;

  FaultReason(int code, String text) {
    this.code = code;
    this.text = text;
  }

  /** The reason's number in a packed result, 1 to 9. */
  int code() {
    return code;
  }

  static FaultReason of(int code) {
    return VALUES[code - 1];
  }

  /**
   * Whether the guest gets #PF; otherwise it gets #GP, or #SS for an access to the stack, unless
   * the fault is an {@linkplain #isExit exit}.
   */
  public boolean isPageFault() {
    return this != NON_CANONICAL && this != LASS_VIOLATION && !isExit();
  }

  /** Whether the guest gets nothing, and the host is to act: {@link #TABLE_READ_ONLY}. */
  public boolean isExit() {
    return this == TABLE_READ_ONLY;
  }

  /** The reason in words. */
  @Override
  public String toString() {
    return text;
  }
}
