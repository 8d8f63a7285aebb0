package org.pagestamp.conformance.guide;

/** How an emulator raises exceptions of its guest. */
@SuppressWarnings("serial")
final class GuestException extends RuntimeException {
  private GuestException(String message) {
    super(message);
  }

  static GuestException pageFault(long cr2, int errorCode) {
    return new GuestException(
        "#PF 0x" + Integer.toHexString(errorCode) + " at 0x" + Long.toHexString(cr2));
  }

  static GuestException generalProtection(int errorCode) {
    return new GuestException("#GP " + errorCode);
  }

  static GuestException invalidOpcode() {
    return new GuestException("#UD");
  }
}
