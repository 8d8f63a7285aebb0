package org.pagestamp.example.tiny86;

/** Ends an instruction: the guest gets an exception. Has no stack trace, as faults are common. */
final class GuestFault extends RuntimeException {
  static final int INVALID_OPCODE = 6;
  static final int GENERAL_PROTECTION = 13;
  static final int PAGE_FAULT = 14;

  private static final long serialVersionUID = 1L;

  private final int vector;
  private final int errorCode;
  private final long address;

  private GuestFault(int vector, int errorCode, long address) {
    super(null, null, false, false);
    this.vector = vector;
    this.errorCode = errorCode;
    this.address = address;
  }

  static GuestFault invalidOpcode() {
    return new GuestFault(INVALID_OPCODE, 0, 0);
  }

  /** #GP. */
  static GuestFault protection(int errorCode) {
    return new GuestFault(GENERAL_PROTECTION, errorCode, 0);
  }

  /** #PF. */
  static GuestFault page(int errorCode, long address) {
    return new GuestFault(PAGE_FAULT, errorCode, address);
  }

  int vector() {
    return vector;
  }

  boolean hasErrorCode() {
    return vector != INVALID_OPCODE;
  }

  int errorCode() {
    return errorCode;
  }

  /** Of a page fault: what goes into CR2. */
  long address() {
    return address;
  }
}
