package org.pagestamp.walk;

/** The rule that decides a walk's outcome, for people: {@link Walker#explain}. */
public enum Rule {
  /** Every check passed. */
  ALLOWED("every check passed", null),
  /** Paging is off. */
  NO_PAGING("paging is off: the linear address is the guest-physical address", null),
  /** The address is not canonical. */
  NON_CANONICAL("the address is not canonical", FaultReason.NON_CANONICAL),
  /** CR4.LASS. */
  LASS("CR4.LASS closes this half of the address space to the access", FaultReason.LASS_VIOLATION),
  /** A table is in no slot. */
  TABLE_IN_NO_SLOT("the table lies in no memory slot", FaultReason.TABLE_IN_NO_SLOT),
  /** A table is in a read-only slot, and the choice is that this is a fault. */
  TABLE_READ_ONLY("the table lies in a read-only memory slot", FaultReason.TABLE_READ_ONLY),
  /** P is clear. */
  NOT_PRESENT("the entry is not present", FaultReason.NOT_PRESENT),
  /** A reserved bit is set. */
  RESERVED_BIT("the entry has reserved bits set", FaultReason.RESERVED_BIT),
  /** U/S. */
  SUPERVISOR_PAGE("user access to a supervisor page", FaultReason.PERMISSION),
  /** R/W for user accesses. */
  USER_WRITE("user write, and R/W is clear at some level", FaultReason.PERMISSION),
  /** R/W for supervisor accesses with CR0.WP. */
  WRITE_PROTECT(
      "supervisor write, CR0.WP is set and R/W is clear at some level", FaultReason.PERMISSION),
  /** NX. */
  EXECUTE_DISABLE("fetch, and NX is set at some level", FaultReason.PERMISSION),
  /** CR4.SMEP. */
  SMEP("supervisor fetch from a user page with CR4.SMEP set", FaultReason.PERMISSION),
  /** CR4.SMAP. */
  SMAP("supervisor data access to a user page with CR4.SMAP set", FaultReason.PERMISSION),
  /** PKRU or IA32_PKRS. */
  PROTECTION_KEY("the page's protection key forbids the access", FaultReason.PROTECTION_KEY),
  /** Entries kept changing. */
  UPDATE_CONTENDED(
      "the entries kept changing while A and D were to be set", FaultReason.UPDATE_CONTENDED);

  private final String text;
  private final FaultReason reason;

  Rule(String text, FaultReason reason) {
    this.text = text;
    this.reason = reason;
  }

  /** The fault that the rule leads to; null for {@link #ALLOWED} and {@link #NO_PAGING}. */
  public FaultReason reason() {
    return reason;
  }

  /** The rule in words. */
  @Override
  public String toString() {
    return text;
  }
}
